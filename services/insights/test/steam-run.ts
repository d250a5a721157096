import { PlantSetup, RegistryDatabase, TenantRepository, type PipeRun, type Tag } from '@telltale/plant-registry';
import type { TestDatabase } from '@telltale/plant-registry/testing';
import { columnsFrom, encodeBatch, type ContinuityRow, type Sample } from '@telltale/tag-sample';
import type { TenantContext } from '@telltale/tenancy';
import { openSeriesWriter } from '@telltale/time-series';

export const MINUTE_US = 60_000_000;
export const SENSORS = 24;
export const SPACING_M = 1.5;

export interface Leak {
  readonly xM: number;
  readonly fromUs: number;
  readonly toUs: number;
  readonly peakC: number;
}

/** Repeatable noise in −1..1. */
function noise(seed: number): number {
  let t = Math.imul(seed ^ (seed >>> 15), 0x2c1b3c6d);
  t = Math.imul(t ^ (t >>> 12), 0x297a2d39);
  return ((t ^ (t >>> 15)) >>> 0) / 2147483648 - 1;
}

/** One pipe run of a tenant in the registry, and its sensors' values as a function of time. */
export class SteamRun {
  readonly leaks: Leak[] = [];
  private seq = 0;

  private constructor(
    readonly tenant: TenantContext,
    readonly run: PipeRun,
    readonly tags: readonly Tag[],
    private readonly gatewayId: number,
    private readonly writer: ReturnType<typeof openSeriesWriter>,
  ) {}

  static async create(database: TestDatabase, slug: string): Promise<SteamRun> {
    const registry = await RegistryDatabase.open(database.urls.telltale_owner);
    const tenant = await new TenantRepository(registry).save({ slug, name: slug, currency: 'EUR', locale: 'en-GB' });
    const setup = new PlantSetup(registry);
    const site = await setup.site(tenant, { slug: 'works', name: 'Works', timeZone: 'Europe/Berlin' });
    const gateway = await setup.gateway(tenant, { siteId: site.siteId, name: 'Hall 1' });
    const tags = await setup.tags(
      tenant,
      Array.from({ length: SENSORS }, (_, i) => ({
        siteId: site.siteId,
        path: `${slug}/works/rack/air-${i}`,
        name: `air ${i}`,
        unit: '°C',
        kind: 'analog' as const,
        scanIntervalMs: 5000,
      })),
    );
    const run = await setup.pipeRun(
      tenant,
      { siteId: site.siteId, slug: 'rack', name: 'Rack', lengthM: SENSORS * SPACING_M, medium: 'steam' },
      tags.map(({ tagId }, i) => ({ tagId, positionM: i * SPACING_M })),
    );
    await registry.close();
    return new SteamRun(tenant, run, tags, gateway.gatewayId, openSeriesWriter(database.urls.telltale_historian));
  }

  value(sensor: number, timeUs: number): number {
    const hour = (timeUs / 3.6e9) % 24;
    const weather = 24 + 5 * Math.sin((hour / 24) * 2 * Math.PI);
    const own = 2 * noise(sensor * 7919 + 3);
    const flicker =
      0.5 *
      (noise(Math.floor(timeUs / 5e6) * 31 + sensor * 104_729) +
        noise(Math.floor(timeUs / MINUTE_US) * 17 + sensor * 15_485_863));
    const leak = this.leaks
      .filter(({ fromUs, toUs }) => timeUs >= fromUs && timeUs < toUs)
      .reduce((sum, { xM, peakC }) => sum + peakC * Math.exp(-0.5 * ((sensor * SPACING_M - xM) / 1.45) ** 2), 0);
    return Math.round((weather + own + flicker + leak) * 10) / 10;
  }

  /** Commits samples of [fromUs, toUs) as one gateway would, with continuity rows of the same batch. */
  async write(fromUs: number, toUs: number, everyUs: number, continuity: readonly ContinuityRow[] = []): Promise<void> {
    const step = Math.max(everyUs, Math.floor(10_000 / SENSORS) * everyUs);
    for (let startUs = fromUs; startUs < toUs; startUs += step) {
      const samples: Sample[] = [];
      for (let timeUs = startUs; timeUs < Math.min(toUs, startUs + step); timeUs += everyUs)
        for (const [sensor, { tagId }] of this.tags.entries())
          samples.push({
            tagId,
            value: this.value(sensor, timeUs),
            sourceTimeUs: timeUs,
            serverTimeUs: timeUs,
            status: 0,
          });
      const isLast = startUs + step >= toUs;
      const batch = {
        identity: { gatewayId: this.gatewayId, epoch: 1, seq: ++this.seq },
        samples: columnsFrom(samples),
        continuity: isLast ? continuity : [],
      };
      await this.writer.append([
        { tenant: this.tenant, batch, encoded: encodeBatch(batch), receivedAtUs: Date.now() * 1000 },
      ]);
    }
  }

  close(): Promise<void> {
    return this.writer.close();
  }
}
