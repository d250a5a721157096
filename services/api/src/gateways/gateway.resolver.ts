import { Args, ID, Parent, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import { fromId } from '../graphql/opaque-id.js';
import { PlantData } from '../graphql/plant-data.js';
import { Allow, CurrentViewer, EVERY_ROLE } from '../identity/allow.decorator.js';
import type { Viewer } from '../identity/viewer.js';
import { ChangeHub } from '../live/change-hub.js';
import type { LiveStream } from '../live/live-stream.js';
import { endpointOf } from './gateway-mapping.js';
import { GatewayReader } from './gateway-reader.js';
import { Endpoint, Gateway } from './gateway.type.js';
import { SiteAccess } from '../plant/site-access.js';

@Resolver(() => Gateway)
export class GatewayResolver {
  constructor(
    private readonly data: PlantData,
    private readonly reader: GatewayReader,
    private readonly access: SiteAccess,
    private readonly hub: ChangeHub,
  ) {}

  @ResolveField(() => [Endpoint])
  async endpoints(@Parent() { id, siteId }: Gateway, @CurrentViewer() { tenant }: Viewer): Promise<Endpoint[]> {
    const gatewayId = fromId('gateway', id);
    const [gateways, endpoints] = await Promise.all([
      this.data.gateways.ofSite(tenant, fromId('site', siteId)),
      this.data.gateways.endpoints(tenant, [gatewayId]),
    ]);
    const status = gateways.find((gateway) => gateway.gatewayId === gatewayId)?.status ?? null;
    return endpoints.map((endpoint) => endpointOf(endpoint, status));
  }

  @Subscription(() => Gateway, { description: 'A gateway reported its status.', resolve: (gateway: Gateway) => gateway })
  @Allow(EVERY_ROLE)
  async gatewayChanged(@Args('siteId', { type: () => ID }) siteId: string, @CurrentViewer() { tenant }: Viewer): Promise<LiveStream<object>> {
    const site = await this.access.site(tenant, siteId);
    const known = new Map<string, number>();
    return this.hub.subscribe('gateways', tenant.tenantId, async () => {
      const gateways = await this.reader.ofSite(tenant, site.siteId);
      const changed = gateways.filter(({ id, statusAt }) => known.get(id) !== statusAt?.getTime());
      for (const { id, statusAt } of changed) known.set(id, statusAt?.getTime() ?? 0);
      return changed;
    });
  }
}
