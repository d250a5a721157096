import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { TenantContext } from '@telltale/tenancy';
import { INSIGHT_RUNNERS, type InsightRunner } from './insight-runner.js';
import { InsightsPremises } from './insights-premises.js';

/** Samples are committed several times a second; looking once a second keeps the figures younger than 2 s. */
const LOOK_EVERY_MS = 1_000;
/** A wake-up may be lost while the listener reconnects. */
const POLL_EVERY_MS = 5_000;
const TENANTS_EVERY_MS = 10_000;

/** Goes round the tenants: those with new samples at most once a second, the others every five. */
@Injectable()
export class InsightLoop {
  private readonly ending = new AbortController();
  private readonly awake = new Set<number>();
  private readonly lookedAtMs = new Map<number, number>();
  private readonly failing = new Set<string>();
  private tenants: readonly TenantContext[] = [];
  private tenantsReadAtMs = -Infinity;
  private running: Promise<void> | undefined;

  constructor(
    @Inject(InsightsPremises) private readonly premises: InsightsPremises,
    @Inject(INSIGHT_RUNNERS) private readonly runners: readonly InsightRunner[],
  ) {}

  start(): void {
    this.premises.appends.onAppend((tenantId) => this.awake.add(tenantId));
    this.running = this.run();
  }

  /** Ends after the tenant under way. */
  async stop(): Promise<void> {
    this.ending.abort();
    await this.running;
  }

  /** Names of insights that fail at present. */
  get troubled(): readonly string[] {
    return [...this.failing];
  }

  private async run(): Promise<void> {
    while (!this.ending.signal.aborted) {
      const started = performance.now();
      await this.guard('tenants', () => this.readTenants());
      for (const tenant of this.tenants) {
        if (this.ending.signal.aborted) return;
        if (this.isDue(tenant)) await this.look(tenant);
      }
      const rest = Math.max(50, LOOK_EVERY_MS - (performance.now() - started));
      await sleep(rest, undefined, { signal: this.ending.signal }).catch(() => undefined);
    }
  }

  private isDue({ tenantId }: TenantContext): boolean {
    return (
      this.awake.has(tenantId) || performance.now() - (this.lookedAtMs.get(tenantId) ?? -Infinity) >= POLL_EVERY_MS
    );
  }

  private async look(tenant: TenantContext): Promise<void> {
    this.awake.delete(tenant.tenantId);
    this.lookedAtMs.set(tenant.tenantId, performance.now());
    for (const runner of this.runners)
      await this.guard(`${runner.name} of tenant ${tenant.tenantId}`, () => runner.refresh(tenant));
  }

  private async readTenants(): Promise<void> {
    if (performance.now() - this.tenantsReadAtMs < TENANTS_EVERY_MS) return;
    this.tenants = await this.premises.registry.listTenants();
    this.tenantsReadAtMs = performance.now();
  }

  /** One insight or tenant in trouble does not stop the others; a change of its state is logged once. */
  private async guard(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      if (this.failing.delete(what)) this.premises.logger.info(`${what}: works again`);
    } catch (error) {
      if (this.failing.has(what)) return;
      this.failing.add(what);
      this.premises.logger.warn({ err: error }, `${what}: can not be worked out now and is tried again`);
    }
  }
}
