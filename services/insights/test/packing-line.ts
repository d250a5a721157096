import { PlantSetup, type RegistryDatabase, type Tag } from '@telltale/plant-registry';
import type { TestDatabase } from '@telltale/plant-registry/testing';
import { columnsFrom, encodeBatch, type ContinuityRow, type Sample } from '@telltale/tag-sample';
import type { TenantContext } from '@telltale/tenancy';
import { openSeriesWriter } from '@telltale/time-series';

export const MINUTE_US = 60e6;
export const HOUR_US = 60 * MINUTE_US;
const SIGNALS = ['state', 'product', 'good', 'reject'] as const;
type Signal = (typeof SIGNALS)[number];

const STATES = { '1': { name: 'running', element: 'running' }, '4': { name: 'breakdown', element: 'down' } };

/** A line of one site with shifts of 8 h in UTC, one product of one item a second, and its samples. */
export class PackingLine {
  private seq = 0;

  private constructor(
    readonly tenant: TenantContext,
    readonly equipmentId: number,
    readonly gatewayId: number,
    private readonly tags: ReadonlyMap<Signal, Tag>,
    private readonly registry: RegistryDatabase,
    private readonly writer: ReturnType<typeof openSeriesWriter>,
  ) {}

  static async create(database: TestDatabase, registry: RegistryDatabase, tenant: TenantContext, slug: string): Promise<PackingLine> {
    const setup = new PlantSetup(registry);
    const { siteId } = await setup.site(tenant, { slug: 'works', name: 'Works', timeZone: 'UTC' });
    const { gatewayId } = await setup.gateway(tenant, { siteId, name: `gateway of ${slug}` });
    const { equipmentId } = await setup.equipment(tenant, { siteId, parentId: null, level: 'line', slug, name: slug, path: slug });
    const found = await setup.tags(
      tenant,
      SIGNALS.map((name) => ({ siteId, equipmentId, path: `acme/works/${slug}/${name}`, name, unit: '', kind: 'discrete' as const, counterMax: name === 'good' ? 4_294_967_295 : null, scanIntervalMs: 1000 })),
    );
    const tags = new Map(SIGNALS.flatMap((name, index) => (found[index] ? [[name, found[index]]] : [])));
    const tagId = (name: Signal): number => tags.get(name)?.tagId ?? 0;
    await setup.shiftPattern(tenant, siteId, { validFrom: '2020-01-01', shifts: ['00:00', '08:00', '16:00'].map((start, i, all) => ({ name: `shift ${i + 1}`, start, end: all[(i + 1) % 3] ?? '00:00' })), plannedStops: [] });
    await setup.line(tenant, { equipmentId, stateTagId: tagId('state'), productTagId: tagId('product'), goodTagId: tagId('good'), rejectTagId: tagId('reject'), stateMap: STATES, targetYield: null, targetOee: null });
    const { productId } = await setup.product(tenant, { siteId, code: 7, name: 'Box', unitValue: 1 });
    await setup.productRate(tenant, { productId, equipmentId, validFrom: new Date(0), secondsPerItem: 1 });
    return new PackingLine(tenant, equipmentId, gatewayId, tags, registry, openSeriesWriter(database.urls.telltale_historian));
  }

  get tagIds(): readonly number[] {
    return SIGNALS.map((name) => this.tagId(name));
  }

  /** Commits samples as the gateway sends them. */
  async send(values: readonly (readonly [Signal, number, number])[], gaps: readonly Omit<ContinuityRow, 'tagIds'>[] = [], recordedAtUs = Date.now() * 1000): Promise<void> {
    const samples = values.map(([signal, sourceTimeUs, value]): Sample => ({ tagId: this.tagId(signal), value, sourceTimeUs, serverTimeUs: sourceTimeUs, status: 0 }));
    const continuity = gaps.map((gap) => ({ ...gap, tagIds: [this.tagId('state')] }));
    const batch = { identity: { gatewayId: this.gatewayId, epoch: 1, seq: ++this.seq }, samples: columnsFrom(samples), continuity };
    await this.writer.append([{ tenant: this.tenant, batch, encoded: encodeBatch(batch), receivedAtUs: recordedAtUs }]);
  }

  /** Running, product 7, and one good item a second, read once a minute, in [fromUs, toUs]. */
  async produce(fromUs: number, toUs: number, counterBefore = 0): Promise<void> {
    const minutes = Array.from({ length: Math.floor((toUs - fromUs) / MINUTE_US) + 1 }, (_, minute) => fromUs + minute * MINUTE_US);
    await this.send([
      ['state', fromUs, 1],
      ['product', fromUs, 7],
      ['reject', fromUs, 0],
      ...minutes.map((timeUs, minute) => ['good', timeUs, counterBefore + minute * 60] as const),
    ]);
  }

  async setStateMap(stateMap: object): Promise<void> {
    const { tenantId } = this.tenant;
    await this.registry.inTenant(this.tenant, (manager) =>
      manager.query('update registry.line_setup set state_map = $1 where tenant_id = $2 and equipment_id = $3', [JSON.stringify(stateMap), tenantId, this.equipmentId]),
    );
  }

  async repairStateMap(): Promise<void> {
    await this.setStateMap(STATES);
  }


  close(): Promise<void> {
    return this.writer.close();
  }

  private tagId(signal: Signal): number {
    return this.tags.get(signal)?.tagId ?? 0;
  }
}
