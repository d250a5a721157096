import { Injectable } from '@nestjs/common';
import type { TenantContext } from '@telltale/tenancy';
import { PlantData } from '../graphql/plant-data.js';
import { gatewayOf } from './gateway-mapping.js';
import type { Gateway } from './gateway.type.js';

/** The gateways of a site with how far their data has come. */
@Injectable()
export class GatewayReader {
  constructor(private readonly data: PlantData) {}

  async ofSite(tenant: TenantContext, siteId: number): Promise<Omit<Gateway, 'endpoints'>[]> {
    const [gateways, newest] = await Promise.all([this.data.gateways.ofSite(tenant, siteId), this.newestSampleUs(tenant, siteId)]);
    return gateways.map((gateway) => gatewayOf(gateway, newest, new Date()));
  }

  private async newestSampleUs(tenant: TenantContext, siteId: number): Promise<number | null> {
    const tags = await this.data.tags.ofSite(tenant, siteId);
    const latest = await this.data.series.latest(tenant, tags.map(({ tagId }) => tagId));
    return latest.reduce<number | null>((newest, { sourceTimeUs }) => Math.max(newest ?? 0, sourceTimeUs), null);
  }
}
