import { Inject, Injectable } from '@nestjs/common';
import { MIN_SENSORS } from '@telltale/leak-detection';
import { isGood } from '@telltale/tag-sample';
import type { TenantContext } from '@telltale/tenancy';
import type { LatestSample } from '@telltale/time-series';
import type { InsightRunner } from '../insight-runner.js';
import { InsightsPremises } from '../insights-premises.js';
import { RECORDING_MARGIN_US } from '../recording-margin.js';
import { LeakMetrics } from './leak.metrics.js';
import { RunFollower } from './run-follower.js';
import { setupKey, type RunSetup } from './run-setup.js';
import { SilenceWatch } from './silence-watch.js';

const SETUPS_EVERY_MS = 30_000;

interface Room {
  readonly follower: RunFollower;
  readonly silence: SilenceWatch;
  readonly key: string;
}

/** Leak detection on every pipe run of every tenant. */
@Injectable()
export class LeakRunner implements InsightRunner {
  readonly name = 'leak detection';
  private readonly rooms = new Map<number, Map<number, Room>>();
  private readonly setupsReadAtMs = new Map<number, number>();

  constructor(
    @Inject(InsightsPremises) private readonly premises: InsightsPremises,
    private readonly metrics: LeakMetrics,
  ) {}

  async refresh(tenant: TenantContext): Promise<void> {
    const rooms = await this.roomsOf(tenant);
    if (rooms.size === 0) return;
    const sinceUs =
      Math.min(...[...rooms.values()].map(({ follower }) => follower.backfill.readThroughUs)) - RECORDING_MARGIN_US;
    const late = await this.premises.series.continuitySince(tenant, Math.max(0, sinceUs));
    const failures: unknown[] = [];
    for (const room of rooms.values()) {
      room.follower.notice(late, performance.now());
      await this.refreshRun(tenant, room).catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }

  private async refreshRun(tenant: TenantContext, { follower, silence }: Room): Promise<void> {
    const { run } = follower.setup;
    const asked = run.pressureTagId === null ? follower.tagIds : [...follower.tagIds, run.pressureTagId];
    const latest = await this.premises.series.latest(tenant, asked);
    const pressure = latest.find(({ tagId }) => tagId === run.pressureTagId);
    follower.pressureBarAbs = pressure && isGood(pressure.status) && pressure.value > 0 ? pressure.value : null;
    const newestUs = watermarkOf(latest.filter(({ tagId }) => tagId !== run.pressureTagId));
    await silence.look(newestUs, follower.setup);
    if (newestUs === null) return;
    await this.metrics.timed(() => follower.advance(newestUs));
    this.metrics.followed(tenant, run.slug, newestUs, follower.processedThroughUs);
  }

  private async roomsOf(tenant: TenantContext): Promise<Map<number, Room>> {
    const known = this.rooms.get(tenant.tenantId) ?? new Map<number, Room>();
    this.rooms.set(tenant.tenantId, known);
    if (performance.now() - (this.setupsReadAtMs.get(tenant.tenantId) ?? -Infinity) < SETUPS_EVERY_MS) return known;
    const setups = await this.setups(tenant);
    this.setupsReadAtMs.set(tenant.tenantId, performance.now());
    for (const id of known.keys()) if (!setups.some(({ run }) => run.pipeRunId === id)) known.delete(id);
    for (const setup of setups) {
      const key = setupKey(setup);
      if (known.get(setup.run.pipeRunId)?.key === key) continue;
      known.set(setup.run.pipeRunId, {
        key,
        follower: new RunFollower(this.premises, tenant, setup),
        silence: new SilenceWatch(this.premises, tenant),
      });
    }
    return known;
  }

  private async setups(tenant: TenantContext): Promise<readonly RunSetup[]> {
    const runs = await this.premises.repositories.pipeRuns.list(tenant);
    const sensors = await this.premises.repositories.pipeRuns.sensors(
      tenant,
      runs.map(({ pipeRunId }) => pipeRunId),
    );
    return runs
      .map((run) => ({ run, sensors: sensors.filter(({ pipeRunId }) => pipeRunId === run.pipeRunId) }))
      .filter((setup) => setup.sensors.length >= MIN_SENSORS);
  }
}

/** Source time that at least three sensors have reached: a single clock that runs ahead moves nothing. */
export function watermarkOf(latest: readonly LatestSample[]): number | null {
  const times = latest.map(({ sourceTimeUs }) => sourceTimeUs).sort((a, b) => b - a);
  return times[Math.min(2, times.length - 1)] ?? null;
}
