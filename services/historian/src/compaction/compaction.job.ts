import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { TenantContext } from '@telltale/tenancy';
import { foldPauseMs } from '@telltale/time-series';
import { HistorianPremises } from '../historian-premises.js';
import { CompactionMetrics } from './compaction.metrics.js';

const IDLE_MS = 1_000;
const AFTER_FAILURE_MS = 5_000;
const MAINTAIN_EVERY_MS = 600_000;
const MERGE_EVERY_MS = 10_000;
const RETIRE_EVERY_MS = 600_000;

interface TenantPlan {
  foldedAtMs: number;
  foldAtMs: number;
  mergeAtMs: number;
  retireAtMs: number;
}

/** Folds blocks into history, merges chunks, retires what is older than its class allows, keeps the partitions; in the background, one transaction after the other. */
@Injectable()
export class CompactionJob {
  private readonly ending = new AbortController();
  private readonly plans = new Map<number, TenantPlan>();
  private running: Promise<void> | undefined;
  private failing = false;
  private maintainedAtMs = -Infinity;

  constructor(
    @Inject(HistorianPremises) private readonly premises: HistorianPremises,
    private readonly metrics: CompactionMetrics,
  ) {}

  start(): void {
    this.running = this.run();
  }

  /** Ends after the transaction under way. */
  async stop(): Promise<void> {
    this.ending.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.ending.signal.aborted) {
      const started = performance.now();
      try {
        const worked = await this.round();
        this.report(undefined);
        // Rests as long as its share demands, so that appends and readers keep their latency.
        const rest =
          ((performance.now() - started) * (1 - this.premises.settings.COMPACT_SHARE)) /
          this.premises.settings.COMPACT_SHARE;
        await this.rest(worked ? rest : IDLE_MS);
      } catch (error) {
        this.report(error);
        await this.rest(AFTER_FAILURE_MS);
      }
    }
  }

  /** One fold and one merge per tenant, so that a backlog of one does not make the others wait. */
  private async round(): Promise<boolean> {
    if (performance.now() - this.maintainedAtMs > MAINTAIN_EVERY_MS) {
      this.metrics.maintained(await this.premises.compactor.maintain(Date.now() * 1_000));
      this.maintainedAtMs = performance.now();
    }
    const tenants = await this.premises.registry.listTenants();
    // One tenant after the other in each thread; the compactor gives a tenant always to the same one.
    const threads = Math.max(1, this.premises.settings.COMPACT_THREADS);
    const shares = [...Map.groupBy(tenants, ({ tenantId }) => tenantId % threads).values()];
    // A share that fails leaves the others at work: the round, and whoever stops it, waits for them.
    const shared = await Promise.allSettled(shares.map((share) => this.compactAll(share)));
    await this.metrics.readBacklog(tenants);
    for (const share of shared) if (share.status === 'rejected') throw share.reason;
    return shared.some((share) => share.status === 'fulfilled' && share.value);
  }

  private async compactAll(tenants: readonly TenantContext[]): Promise<boolean> {
    let worked = false;
    for (const tenant of tenants) {
      if (this.ending.signal.aborted) break;
      worked = (await this.compact(tenant)) || worked;
    }
    return worked;
  }

  private async compact(tenant: TenantContext): Promise<boolean> {
    const plan = this.planOf(tenant);
    const nowUs = Date.now() * 1_000;
    let worked = false;
    const startedMs = performance.now();
    if (startedMs >= plan.foldAtMs) {
      const { COMPACT_AFTER_SECONDS, COMPACT_SAMPLES: maxSamples } = this.premises.settings;
      const folded = await this.metrics.timed('fold', () =>
        this.premises.compactor.fold(tenant, { nowUs, untilUs: nowUs, maxSamples }),
      );
      if (folded !== undefined) {
        this.metrics.folded(folded);
        if (folded.damagedBlocks > 0) {
          this.premises.logger.error(
            { ...tenant, blocks: folded.damagedBlocks },
            'stored blocks are damaged and were left out of history',
          );
        }
        worked = folded.blocks > 0;
        const last = { ...folded, collectedMs: startedMs - plan.foldedAtMs };
        plan.foldedAtMs = startedMs;
        plan.foldAtMs = performance.now() + foldPauseMs(last, { maxSamples, leastMs: COMPACT_AFTER_SECONDS * 1_000 });
      }
    }
    if (performance.now() >= plan.mergeAtMs) {
      const merged = await this.metrics.timed('merge', () => this.premises.compactor.merge(tenant, { nowUs }));
      const busy = (merged?.windows ?? 0) > 0;
      plan.mergeAtMs = performance.now() + (busy ? 0 : MERGE_EVERY_MS);
      worked ||= busy;
    }
    if (performance.now() >= plan.retireAtMs) {
      const retired = await this.metrics.timed('retire', () => this.premises.compactor.retire(tenant, { nowUs }));
      const rows = retired === undefined ? 0 : this.metrics.retired(retired);
      plan.retireAtMs = performance.now() + (rows > 0 ? 0 : RETIRE_EVERY_MS);
      worked ||= rows > 0;
    }
    return worked;
  }

  private planOf({ tenantId }: TenantContext): TenantPlan {
    const plan = this.plans.get(tenantId) ?? { foldedAtMs: performance.now(), foldAtMs: 0, mergeAtMs: 0, retireAtMs: 0 };
    this.plans.set(tenantId, plan);
    return plan;
  }

  private report(error: unknown): void {
    if (this.failing === (error !== undefined)) return;
    this.failing = error !== undefined;
    if (this.failing)
      this.premises.logger.warn({ err: error }, 'compaction can not work now; samples stay in the log and readable');
    else this.premises.logger.info('compaction works again');
  }

  private async rest(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.ending.signal }).catch(() => undefined);
  }
}
