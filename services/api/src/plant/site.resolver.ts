import { Args, Context, ID, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { Equipment as EquipmentEntity, Site as SiteEntity } from '@telltale/plant-registry';
import { backfillOf } from '../gateways/gateway-mapping.js';
import { GatewayReader } from '../gateways/gateway-reader.js';
import { BackfillProgress, Gateway } from '../gateways/gateway.type.js';
import { notFound } from '../graphql/api.error.js';
import { fromId, toId } from '../graphql/opaque-id.js';
import { PlantData } from '../graphql/plant-data.js';
import type { RequestContext } from '../graphql/request-context.js';
import { Allow, CurrentViewer, EVERY_ROLE } from '../identity/allow.decorator.js';
import type { Viewer } from '../identity/viewer.js';
import { lineOf } from '../yield/line-mapping.js';
import { Line } from '../yield/line.type.js';
import type { LeakAlertFields } from '../leaks/leak-alert-reader.js';
import { LeakAlert } from '../leaks/leak-alert.type.js';
import { GrafanaLinks } from './grafana-links.js';
import { PipeRun } from './pipe-run.type.js';
import { pipeRunOf } from './pipe-run-mapping.js';
import { SimulationReader } from './simulation-reader.js';
import { SiteAccess } from './site-access.js';
import { SiteOverviewReader, type OverviewFigures } from './site-overview-reader.js';
import { Equipment, EquipmentLevel, Simulation, Site, SiteOverview } from './site.type.js';

const LEVELS = { area: EquipmentLevel.AREA, line: EquipmentLevel.LINE, cell: EquipmentLevel.CELL } as const;

const siteOf = ({ siteId, slug, name, timeZone }: SiteEntity): Site => ({ id: toId('site', siteId), slug, name, timeZone });

const equipmentOf = ({ equipmentId, parentId, level, slug, name, path }: EquipmentEntity): Equipment => ({
  id: toId('equipment', equipmentId),
  parentId: parentId === null ? null : toId('equipment', parentId),
  level: LEVELS[level],
  slug,
  name,
  path,
});

/** It looks at every tag, alert and line of the site. */
const OVERVIEW_POINTS = 50;

@Resolver(() => Site)
export class SiteResolver {
  constructor(
    private readonly data: PlantData,
    private readonly access: SiteAccess,
    private readonly overviews: SiteOverviewReader,
    private readonly gatewayReader: GatewayReader,
    private readonly simulations: SimulationReader,
    private readonly grafana: GrafanaLinks,
  ) {}

  @Query(() => [Site], { description: 'Sites of the tenant, by name.' })
  @Allow(EVERY_ROLE)
  async sites(@CurrentViewer() { tenant }: Viewer): Promise<Site[]> {
    return (await this.data.sites.sites(tenant)).map(siteOf);
  }

  @Query(() => Site, { nullable: true })
  @Allow(EVERY_ROLE)
  async site(@Args('id', { type: () => ID }) id: string, @CurrentViewer() { tenant }: Viewer): Promise<Site> {
    return siteOf(await this.access.site(tenant, id));
  }

  @Query(() => Equipment, { nullable: true, description: 'An area, line or cell.' })
  @Allow(EVERY_ROLE)
  async equipment(@Args('id', { type: () => ID }) id: string, @CurrentViewer() { tenant }: Viewer): Promise<Equipment> {
    const equipment = await this.data.sites.equipmentOne(tenant, fromId('equipment', id));
    if (equipment === null) throw notFound('equipment');
    return equipmentOf(equipment);
  }

  @ResolveField(() => SiteOverview, { complexity: ({ childComplexity }) => OVERVIEW_POINTS + childComplexity })
  async overview(@Parent() { id }: Site, @CurrentViewer() { tenant }: Viewer, @Context() { loaders }: RequestContext): Promise<OverviewFigures> {
    return this.overviews.read(tenant, await this.access.site(tenant, id), loaders);
  }

  @ResolveField('equipment', () => [Equipment], { description: 'Every area, line and cell, by path; the tree is in `parentId`.' })
  async equipmentOfSite(@Parent() { id }: Site, @CurrentViewer() { tenant }: Viewer): Promise<Equipment[]> {
    return (await this.data.sites.equipment(tenant, fromId('site', id))).map(equipmentOf);
  }

  @ResolveField(() => [Line])
  async lines(@Parent() { id }: Site, @CurrentViewer() { tenant }: Viewer): Promise<Line[]> {
    return (await this.data.lines.ofSite(tenant, fromId('site', id))).map(lineOf);
  }

  @ResolveField(() => [PipeRun])
  async pipeRuns(@Parent() { id }: Site, @CurrentViewer() { tenant }: Viewer): Promise<PipeRun[]> {
    return (await this.data.pipeRuns.ofSite(tenant, fromId('site', id))).map(pipeRunOf);
  }

  @ResolveField(() => [Gateway])
  gateways(@Parent() { id }: Site, @CurrentViewer() { tenant }: Viewer): Promise<object[]> {
    return this.gatewayReader.ofSite(tenant, fromId('site', id));
  }

  @ResolveField(() => Simulation, { nullable: true, description: 'Null for a real plant.' })
  async simulation(@Parent() { slug }: Site, @CurrentViewer() { tenant }: Viewer): Promise<Simulation | null> {
    const { slug: tenantSlug } = await this.data.sites.tenant(tenant);
    return this.simulations.read(tenantSlug, slug);
  }

  @ResolveField(() => BackfillProgress, { nullable: true, description: 'Null unless a gateway of the site is reading history.' })
  async backfill(@Parent() { id }: Site, @CurrentViewer() { tenant }: Viewer): Promise<BackfillProgress | null> {
    const gateways = await this.data.gateways.ofSite(tenant, fromId('site', id));
    return gateways.map(({ status }) => backfillOf(status)).find((progress) => progress !== null) ?? null;
  }

  @ResolveField(() => String, { nullable: true, description: "Address of the site's dashboard in Grafana; null where Grafana is not installed." })
  dashboardUrl(@Parent() { id }: Site): string | null {
    return this.grafana.siteUrl(fromId('site', id));
  }
}

@Resolver(() => SiteOverview)
export class SiteOverviewResolver {
  @ResolveField(() => LeakAlert, { nullable: true, description: 'The open leak alert with the highest loss per hour.' })
  worstLeakAlert(@Parent() { worst }: OverviewFigures): LeakAlertFields | null {
    return worst;
  }
}
