import type { EntityManager } from 'typeorm';
import type { TenantContext } from '@telltale/tenancy';
import type { RegistryDatabase } from '../database/registry-database.js';
import { Endpoint, Equipment, Gateway, Site, Tag, Tenant, type JsonDocument } from '../entities/index.js';
import { appendAudit } from './audit.repository.js';

/** A tag as a file describes it: by its path, with the ids of what it names. */
export type TagContent = Omit<Tag, 'tenantId' | 'tagId' | 'siteId' | 'retiredAt'>;
export type OnboardedTag = TagContent & { readonly retired: boolean };

/** What is at a site, to be compared with a file. */
export interface SiteInventory {
  readonly tenantSlug: string;
  readonly site: Site;
  readonly tags: readonly OnboardedTag[];
  readonly endpoints: readonly (Pick<Endpoint, 'endpointId' | 'name' | 'connector'> & { readonly gateway: string })[];
  readonly equipment: readonly Pick<Equipment, 'equipmentId' | 'path'>[];
  /** Pipe run or line that needs a tag, by its path. */
  readonly usedBy: ReadonlyMap<string, string>;
}

export interface TagChanges {
  /** Added and changed ones, whole; a retired tag among them is back in service. */
  readonly save: readonly TagContent[];
  readonly retirePaths: readonly string[];
  /** For the audit. */
  readonly detail: JsonDocument;
}

/** Changes the tags of a site all at once or not at all. */
export class TagOnboarding {
  constructor(private readonly registry: RegistryDatabase) {}

  /** Null when there is no such site. */
  inventory(tenant: TenantContext, siteId: number): Promise<SiteInventory | null> {
    return this.registry.inTenant(tenant, (manager) => readInventory(manager, tenant, siteId));
  }

  /**
   * Reads the site, asks `decide` what is to change, changes it and writes the audit, in one transaction; two imports of a tenant wait
   * for each other. What `decide` throws undoes everything. Gateways see the new content with their next pull.
   */
  apply(
    tenant: TenantContext,
    siteId: number,
    user: { readonly userId: number; readonly at: Date },
    decide: (inventory: SiteInventory) => Promise<TagChanges>,
  ): Promise<TagChanges | null> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, async (manager) => {
      await manager.query(`select pg_advisory_xact_lock(hashtext('telltale tag import'), $1)`, [tenantId]);
      const inventory = await readInventory(manager, tenant, siteId);
      if (inventory === null) return null;
      const changes = await decide(inventory);
      const { save, retirePaths, detail } = changes;
      if (save.length > 0) await manager.query(SAVE, [tenantId, siteId, JSON.stringify(save)]);
      if (retirePaths.length > 0) await manager.query(RETIRE, [tenantId, siteId, retirePaths, user.at]);
      const fact = {
        actorKind: 'user' as const,
        actorId: user.userId,
        action: 'import tags',
        subject: `site ${siteId}`,
        detail,
      };
      if (save.length + retirePaths.length > 0) await appendAudit(manager, tenant, fact, user.at);
      return changes;
    });
  }
}

const SAVE = `
  insert into registry.tag (tenant_id, site_id, equipment_id, path, name, unit, kind, range_low, range_high, counter_max,
    endpoint_id, address, scan_interval_ms, deadband, history_endpoint_id, history_address, insight_role)
  select $1, $2, r."equipmentId", r.path, r.name, r.unit, r.kind, r."rangeLow", r."rangeHigh", r."counterMax",
    r."endpointId", r.address, r."scanIntervalMs", r.deadband, r."historyEndpointId", r."historyAddress", r."insightRole"
  from jsonb_to_recordset($3::jsonb) as r("equipmentId" int4, path text, name text, unit text, kind text,
    "rangeLow" float8, "rangeHigh" float8, "counterMax" float8, "endpointId" int4, address jsonb, "scanIntervalMs" int4,
    deadband jsonb, "historyEndpointId" int4, "historyAddress" jsonb, "insightRole" text)
  on conflict (tenant_id, path) do update set
    (site_id, equipment_id, name, unit, kind, range_low, range_high, counter_max, endpoint_id, address, scan_interval_ms,
     deadband, history_endpoint_id, history_address, insight_role, retired_at)
    = (excluded.site_id, excluded.equipment_id, excluded.name, excluded.unit, excluded.kind, excluded.range_low,
       excluded.range_high, excluded.counter_max, excluded.endpoint_id, excluded.address, excluded.scan_interval_ms,
       excluded.deadband, excluded.history_endpoint_id, excluded.history_address, excluded.insight_role, null)`;

const RETIRE = `
  update registry.tag set retired_at = $4
  where tenant_id = $1 and site_id = $2 and path = any($3) and retired_at is null`;

/** Plain rows: twenty thousand entities take a second to make. */
const TAGS = `
  select path, name, unit, kind, range_low as "rangeLow", range_high as "rangeHigh", counter_max as "counterMax",
    equipment_id as "equipmentId", endpoint_id as "endpointId", address, scan_interval_ms as "scanIntervalMs", deadband,
    history_endpoint_id as "historyEndpointId", history_address as "historyAddress", insight_role as "insightRole",
    retired_at is not null as retired
  from registry.tag where tenant_id = $1 and site_id = $2 order by path`;

const USED_BY = `
  select t.path, u.user from registry.tag t
  join (
    select tag_id, 'pipe run ' || r.name as user from registry.pipe_sensor s
      join registry.pipe_run r on r.tenant_id = s.tenant_id and r.pipe_run_id = s.pipe_run_id where s.tenant_id = $1
    union all
    select unnest(array[pipe_temperature_tag_id, pressure_tag_id, flow_tag_id]), 'pipe run ' || name
      from registry.pipe_run where tenant_id = $1
    union all
    select unnest(array[l.state_tag_id, l.good_tag_id, l.reject_tag_id, l.product_tag_id, l.speed_tag_id, l.energy_tag_id, l.material_tag_id]),
      'line ' || e.name
      from registry.line_setup l join registry.equipment e on e.tenant_id = l.tenant_id and e.equipment_id = l.equipment_id
      where l.tenant_id = $1
  ) u on u.tag_id = t.tag_id
  where t.tenant_id = $1 and t.site_id = $2`;

async function readInventory(
  manager: EntityManager,
  { tenantId }: TenantContext,
  siteId: number,
): Promise<SiteInventory | null> {
  const site = await manager.findOneBy(Site, { tenantId, siteId });
  if (site === null) return null;
  const { slug } = await manager.findOneByOrFail(Tenant, { tenantId });
  const tags: OnboardedTag[] = await manager.query(TAGS, [tenantId, siteId]);
  const usedBy: { path: string; user: string }[] = await manager.query(USED_BY, [tenantId, siteId]);
  const gateways = await manager.findBy(Gateway, { tenantId, siteId });
  const nameOf = new Map(gateways.map(({ gatewayId, name }) => [gatewayId, name]));
  const endpoints = await manager.find(Endpoint, {
    select: { endpointId: true, gatewayId: true, name: true, connector: true },
    where: { tenantId },
    order: { endpointId: 'ASC' },
  });
  const equipment = await manager.findBy(Equipment, { tenantId, siteId });
  return {
    tenantSlug: slug,
    site,
    tags,
    endpoints: endpoints.flatMap(({ endpointId, gatewayId, name, connector }) => {
      const gateway = nameOf.get(gatewayId);
      return gateway === undefined ? [] : [{ endpointId, name, connector, gateway }];
    }),
    equipment: equipment.map(({ equipmentId, path }) => ({ equipmentId, path })),
    usedBy: new Map(usedBy.map(({ path, user }) => [path, user])),
  };
}
