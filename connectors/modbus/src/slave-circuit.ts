/** Time that probing silent units may take from the units that answer. */
const PROBE_SHARE = 0.04;
/** Every so many probes one waits the full time, for a unit that is slower than its neighbours. */
const PATIENT_PROBE_EVERY = 4;
const SHORTEST_PROBE_MS = 50;
const PATIENCE_MS = 5_000;
const TYPICAL_FACTOR = 8;
const TYPICAL_WEIGHT = 0.1;

export interface CircuitSettings {
  readonly failuresToOpen: number;
  readonly requestTimeoutMs: number;
}

interface Unit {
  failures: number;
  probes: number;
  lastProbeMs: number;
}

/** Leave to send: with this timeout, or not at all. */
export type Leave = { readonly kind: 'send'; readonly timeoutMs: number } | { readonly kind: 'open' };

/**
 * A circuit breaker per unit (slave) of one line. A silent unit is cut off after some failures and then only probed; while other units
 * answer, all probes together take at most 4 % of the line's time. Times are parameters, in ms.
 */
export class SlaveCircuits {
  private readonly units = new Map<number, Unit>();
  private nextProbeMs = Number.NEGATIVE_INFINITY;
  private typicalMs: number | undefined;

  constructor(private readonly settings: CircuitSettings) {}

  leave(unitId: number, nowMs: number): Leave {
    const unit = this.unit(unitId);
    if (unit.failures < this.settings.failuresToOpen) return { kind: 'send', timeoutMs: this.settings.requestTimeoutMs };
    if (!this.anyHealthy()) return { kind: 'send', timeoutMs: this.settings.requestTimeoutMs };
    if (nowMs < this.nextProbeMs || !this.hasTurn(unit, nowMs)) return { kind: 'open' };
    unit.lastProbeMs = nowMs;
    unit.probes++;
    return { kind: 'send', timeoutMs: this.probeTimeoutMs(unit) };
  }

  /** The unit answered, also with an exception of its own. */
  answered(unitId: number, tookMs: number): void {
    this.unit(unitId).failures = 0;
    this.typicalMs = this.typicalMs === undefined ? tookMs : this.typicalMs + TYPICAL_WEIGHT * (tookMs - this.typicalMs);
  }

  silent(unitId: number, tookMs: number, nowMs: number): void {
    const unit = this.unit(unitId);
    if (unit.failures >= this.settings.failuresToOpen) this.nextProbeMs = nowMs + tookMs / PROBE_SHARE;
    unit.failures++;
    if (unit.failures === this.settings.failuresToOpen) unit.lastProbeMs = nowMs;
  }

  /** Units that are cut off, in order. */
  open(): readonly number[] {
    return [...this.units].filter(([, unit]) => unit.failures >= this.settings.failuresToOpen).map(([unitId]) => unitId).sort((a, b) => a - b);
  }

  /** Forgets units that no tag needs any more. */
  keep(unitIds: ReadonlySet<number>): void {
    for (const unitId of this.units.keys()) if (!unitIds.has(unitId)) this.units.delete(unitId);
  }

  private unit(unitId: number): Unit {
    let unit = this.units.get(unitId);
    if (!unit) this.units.set(unitId, (unit = { failures: 0, probes: 0, lastProbeMs: Number.NEGATIVE_INFINITY }));
    return unit;
  }

  private anyHealthy(): boolean {
    for (const unit of this.units.values()) if (unit.failures === 0) return true;
    return false;
  }

  /** Probes go round, so that no silent unit keeps the others from being found again; one that is asked seldom is not waited for. */
  private hasTurn(unit: Unit, nowMs: number): boolean {
    if (nowMs > this.nextProbeMs + PATIENCE_MS) return true;
    for (const other of this.units.values()) {
      if (other.failures >= this.settings.failuresToOpen && other.lastProbeMs < unit.lastProbeMs) return false;
    }
    return true;
  }

  private probeTimeoutMs(unit: Unit): number {
    const full = this.settings.requestTimeoutMs;
    if (this.typicalMs === undefined || unit.probes % PATIENT_PROBE_EVERY === 0) return full;
    return Math.min(full, Math.max(SHORTEST_PROBE_MS, TYPICAL_FACTOR * this.typicalMs));
  }
}
