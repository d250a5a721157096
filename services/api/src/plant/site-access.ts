import { Injectable } from '@nestjs/common';
import type { Site } from '@telltale/plant-registry';
import type { TenantContext } from '@telltale/tenancy';
import { notFound } from '../graphql/api.error.js';
import { fromId } from '../graphql/opaque-id.js';
import { PlantData } from '../graphql/plant-data.js';

/** From an id of a caller to a site of the caller's tenant, or NOT_FOUND. */
@Injectable()
export class SiteAccess {
  constructor(private readonly data: PlantData) {}

  async site(tenant: TenantContext, id: string): Promise<Site> {
    const site = await this.data.sites.site(tenant, fromId('site', id));
    if (site === null) throw notFound('site');
    return site;
  }
}
