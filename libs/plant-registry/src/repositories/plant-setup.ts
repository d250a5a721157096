import type { EntityManager, EntityTarget, FindOptionsWhere, ObjectLiteral } from 'typeorm';
import { parseEquipmentPath, parseSlug, parseTagPath, placeSensors } from '@telltale/equipment-model';
import { ShiftPattern } from '@telltale/plant-calendar';
import type { TenantContext } from '@telltale/tenancy';
import type { RegistryDatabase } from '../database/registry-database.js';
import {
  Endpoint,
  Equipment,
  Gateway,
  LineSetup,
  PipeRun,
  PipeSensor,
  Product,
  ProductRate,
  Site,
  Tag,
} from '../entities/index.js';

/** The fields of an entity that a caller gives; absent optional ones stay as they are, null at first. */
type Given<E, Key extends keyof E> = Omit<E, 'tenantId' | Key | OptionalOf<E>> & Partial<Pick<E, OptionalOf<E>>>;
type OptionalOf<E> = { [K in keyof E]: null extends E[K] ? K : never }[keyof E];

/**
 * Describes a plant. Everything is found again by its natural name: a second run changes what differs, or, where what is `known` is
 * to stay, adds only what is not there.
 */
export class PlantSetup {
  constructor(
    private readonly registry: RegistryDatabase,
    private readonly known: 'change' | 'stay' = 'change',
  ) {}

  site(tenant: TenantContext, site: Given<Site, 'siteId'>): Promise<Site> {
    return this.keep(tenant, Site, { slug: parseSlug(site.slug) }, site);
  }

  equipment(tenant: TenantContext, equipment: Given<Equipment, 'equipmentId'>): Promise<Equipment> {
    return this.keep(
      tenant,
      Equipment,
      { siteId: equipment.siteId, path: parseEquipmentPath(equipment.path).text },
      equipment,
    );
  }

  gateway(tenant: TenantContext, gateway: Pick<Gateway, 'siteId' | 'name'>): Promise<Gateway> {
    return this.keep(tenant, Gateway, { siteId: gateway.siteId, name: gateway.name }, gateway);
  }

  endpoint(tenant: TenantContext, endpoint: Given<Endpoint, 'endpointId'>): Promise<Endpoint> {
    return this.keep(tenant, Endpoint, { gatewayId: endpoint.gatewayId, name: endpoint.name }, endpoint);
  }

  /** By path; returns all of them with their ids, in the given order. */
  tags(tenant: TenantContext, tags: readonly Given<Tag, 'tagId'>[]): Promise<Tag[]> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, async (manager) => {
      const rows = tags.map((tag) => ({ ...EMPTY_TAG, ...tag, path: parseTagPath(tag.path).text }));
      await manager.query(`${ADD_TAGS} ${this.known === 'stay' ? LEAVE_TAGS : CHANGE_TAGS}`, [tenantId, JSON.stringify(rows)]);
      const byPath = new Map((await manager.findBy(Tag, { tenantId })).map((tag) => [tag.path, tag]));
      return tags.flatMap(({ path }) => byPath.get(path) ?? []);
    });
  }

  /** Replaces the sensors of the run, unless what is known stays. */
  async pipeRun(
    tenant: TenantContext,
    run: Given<PipeRun, 'pipeRunId'>,
    sensors: readonly Pick<PipeSensor, 'tagId' | 'positionM'>[],
  ): Promise<PipeRun> {
    const { tenantId } = tenant;
    const placed = placeSensors(run.lengthM, sensors);
    return this.registry.inTenant(tenant, async (manager) => {
      const natural = { tenantId, siteId: run.siteId, slug: run.slug };
      const known = this.known === 'stay' ? await manager.findOneBy(PipeRun, natural) : null;
      if (known !== null) return known;
      const saved = await keepIn(manager, PipeRun, natural, { ...run, tenantId });
      const { pipeRunId } = saved;
      await manager.delete(PipeSensor, { tenantId, pipeRunId });
      await manager.insert(
        PipeSensor,
        placed.map(({ tagId, positionM }) => ({ tenantId, pipeRunId, tagId, positionM })),
      );
      return saved;
    });
  }

  line(tenant: TenantContext, setup: Given<LineSetup, never>): Promise<LineSetup> {
    return this.keep(tenant, LineSetup, { equipmentId: setup.equipmentId }, setup);
  }

  product(tenant: TenantContext, product: Given<Product, 'productId'>): Promise<Product> {
    return this.keep(tenant, Product, { siteId: product.siteId, code: product.code }, product);
  }

  productRate(tenant: TenantContext, rate: Given<ProductRate, never>): Promise<ProductRate> {
    const { productId, equipmentId, validFrom } = rate;
    return this.keep(tenant, ProductRate, { productId, equipmentId, validFrom }, rate);
  }

  /** Checked as plant-calendar reads it. */
  async shiftPattern(tenant: TenantContext, siteId: number, pattern: ShiftPattern): Promise<void> {
    const { tenantId } = tenant;
    const { validFrom, shifts, plannedStops } = ShiftPattern.parse(pattern);
    await this.registry.inTenant(tenant, (manager) =>
      manager.query(
        `insert into registry.shift_pattern (tenant_id, site_id, valid_from, shifts, planned_stops) values ($1, $2, $3, $4, $5)
         on conflict (tenant_id, site_id, valid_from) do ${this.known === 'stay' ? 'nothing' : 'update set shifts = excluded.shifts, planned_stops = excluded.planned_stops'}`,
        [tenantId, siteId, validFrom, JSON.stringify(shifts), JSON.stringify(plannedStops)],
      ),
    );
  }

  private keep<E extends ObjectLiteral & { tenantId: number }>(
    { tenantId }: TenantContext,
    entity: EntityTarget<E>,
    natural: FindOptionsWhere<E>,
    given: Partial<E>,
  ): Promise<E> {
    const where = { ...natural, tenantId };
    return this.registry.inTenant({ tenantId }, async (manager) => {
      const known = this.known === 'stay' ? await manager.findOneBy(entity, where) : null;
      return known ?? keepIn(manager, entity, where, { ...given, tenantId });
    });
  }
}

const EMPTY_TAG = {
  equipmentId: null,
  rangeLow: null,
  rangeHigh: null,
  counterMax: null,
  endpointId: null,
  address: null,
  deadband: null,
  historyEndpointId: null,
  historyAddress: null,
  insightRole: null,
};

const ADD_TAGS = `
  insert into registry.tag (tenant_id, site_id, equipment_id, path, name, unit, kind, range_low, range_high, counter_max,
    endpoint_id, address, scan_interval_ms, deadband, history_endpoint_id, history_address, insight_role)
  select $1, r."siteId", r."equipmentId", r.path, r.name, r.unit, r.kind, r."rangeLow", r."rangeHigh", r."counterMax",
    r."endpointId", r.address, r."scanIntervalMs", r.deadband, r."historyEndpointId", r."historyAddress", r."insightRole"
  from jsonb_to_recordset($2::jsonb) as r("siteId" int4, "equipmentId" int4, path text, name text, unit text, kind text,
    "rangeLow" float8, "rangeHigh" float8, "counterMax" float8, "endpointId" int4, address jsonb, "scanIntervalMs" int4,
    deadband jsonb, "historyEndpointId" int4, "historyAddress" jsonb, "insightRole" text)
`;
const LEAVE_TAGS = 'on conflict (tenant_id, path) do nothing';
const CHANGE_TAGS = `
  on conflict (tenant_id, path) do update set
    (site_id, equipment_id, name, unit, kind, range_low, range_high, counter_max, endpoint_id, address, scan_interval_ms,
     deadband, history_endpoint_id, history_address, insight_role)
    = (excluded.site_id, excluded.equipment_id, excluded.name, excluded.unit, excluded.kind, excluded.range_low,
       excluded.range_high, excluded.counter_max, excluded.endpoint_id, excluded.address, excluded.scan_interval_ms,
       excluded.deadband, excluded.history_endpoint_id, excluded.history_address, excluded.insight_role)`;

async function keepIn<E extends ObjectLiteral>(
  manager: EntityManager,
  entity: EntityTarget<E>,
  where: FindOptionsWhere<E>,
  given: object,
): Promise<E> {
  const known = await manager.findOneBy(entity, where);
  const row = known ?? manager.create(entity);
  Object.assign(row, given);
  return manager.save(entity, row);
}
