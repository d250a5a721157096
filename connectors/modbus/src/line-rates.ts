import type { GroupRate } from '@telltale/connector-sdk';
import { HalfWindows } from './half-windows.js';
import type { ModbusTag, ScanShare } from './tag-reads.js';

const WINDOW_MS = 15_000;
/** Less is behind; the acceptance of a line with dead units asks for the same. */
const KEPT = 0.95;
/** Scans that need more than this share of the line's time do not fit. */
const FULL = 0.9;
/** A unit that needs this share of what all need is the reason. */
const HOG = 0.5;

interface Group {
  readonly unit: number;
  readonly scanIntervalMs: number;
  readonly tags: number;
  readonly answered: HalfWindows;
}

interface UnitTime {
  readonly busyMs: HalfWindows;
  readonly requests: HalfWindows;
  readonly failures: HalfWindows;
}

/** State of the line that explains a missing rate. */
export interface LineSituation {
  readonly connected: boolean;
  /** Units that are only probed. */
  readonly open: ReadonlySet<number>;
}

interface Cause {
  readonly code: string;
  readonly reason: string;
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** What each unit of a line is asked for and what it gives, per scan interval, over the last 15 to 30 s (3 to 6 scans when those are longer). */
export class LineRates {
  private groups = new Map<string, Group>();
  private readonly units = new Map<number, UnitTime>();

  setTags(tags: readonly ModbusTag[], nowMs: number): void {
    const before = this.groups;
    this.groups = new Map();
    for (const [key, inGroup] of Map.groupBy(tags, ({ address, scanIntervalMs }) => keyOf(address.unit, scanIntervalMs))) {
      const first = inGroup[0];
      if (!first) continue;
      const { scanIntervalMs, address } = first;
      const known = before.get(key);
      // A group of another size begins anew: its old count means nothing.
      const answered = known?.tags === inGroup.length ? known.answered : new HalfWindows(Math.max(WINDOW_MS, 3 * scanIntervalMs), nowMs);
      this.groups.set(key, { unit: address.unit, scanIntervalMs, tags: inGroup.length, answered });
    }
    const used = new Set([...this.groups.values()].map(({ unit }) => unit));
    for (const unit of this.units.keys()) if (!used.has(unit)) this.units.delete(unit);
  }

  /** The device itself answered for these tags, with values or with an exception. */
  answered(unit: number, shares: readonly ScanShare[], nowMs: number): void {
    for (const { scanIntervalMs, tags } of shares) this.groups.get(keyOf(unit, scanIntervalMs))?.answered.add(tags, nowMs);
  }

  /** One request was on the line. */
  exchanged(unit: number, tookMs: number, failed: boolean, nowMs: number): void {
    let time = this.units.get(unit);
    if (!time) {
      const window = (): HalfWindows => new HalfWindows(WINDOW_MS, nowMs - tookMs);
      this.units.set(unit, (time = { busyMs: window(), requests: window(), failures: window() }));
    }
    time.busyMs.add(tookMs, nowMs);
    time.requests.add(1, nowMs);
    if (failed) time.failures.add(1, nowMs);
  }

  /** The groups that are most behind come first. */
  report(situation: LineSituation, nowMs: number): readonly GroupRate[] {
    const needs = this.needs(nowMs);
    return [...this.groups.values()]
      .map((group): GroupRate & { readonly kept: number } => {
        const { unit, scanIntervalMs, tags } = group;
        const { sum, ms } = group.answered.total(nowMs);
        const asked = tags * (1000 / scanIntervalMs);
        const expected = (asked * ms) / 1000;
        // One scan may just not have come yet.
        const behind = ms >= 3 * scanIntervalMs && sum + tags < expected * KEPT + tags * KEPT;
        const achieved = ms > 0 ? Math.min(asked, (sum * 1000) / ms) : 0;
        const cause = behind ? this.causeOf(unit, situation, needs, nowMs) : undefined;
        return {
          group: `unit ${unit}, every ${scanIntervalMs} ms`,
          scanIntervalMs,
          tags,
          askedPerSecond: rounded(asked),
          achievedPerSecond: rounded(achieved),
          code: cause?.code ?? null,
          reason: cause?.reason ?? null,
          kept: achieved / asked,
        };
      })
      .sort((a, b) => Number(b.code !== null) - Number(a.code !== null) || a.kept - b.kept)
      .map(({ kept: _kept, ...rate }) => rate);
  }

  /** Share of the line's time that the scans of each unit would take if none were left out. */
  private needs(nowMs: number): ReadonlyMap<number, number> {
    const asked = new Map<number, number>();
    const achieved = new Map<number, number>();
    for (const { unit, scanIntervalMs, tags, answered } of this.groups.values()) {
      const { sum, ms } = answered.total(nowMs);
      asked.set(unit, (asked.get(unit) ?? 0) + tags / scanIntervalMs);
      achieved.set(unit, (achieved.get(unit) ?? 0) + (ms > 0 ? sum / ms : 0));
    }
    return new Map(
      [...this.units].map(([unit, { busyMs }]) => {
        const got = achieved.get(unit) ?? 0;
        return [unit, shareOf(busyMs.total(nowMs)) * (got > 0 ? Math.max(1, (asked.get(unit) ?? 0) / got) : 1)];
      }),
    );
  }

  private causeOf(unit: number, { connected, open }: LineSituation, needs: ReadonlyMap<number, number>, nowMs: number): Cause {
    if (!connected) return { code: 'modbus.not-connected', reason: 'The line has no connection.' };
    if (open.has(unit)) return { code: 'modbus.unit-silent', reason: `Unit ${unit} does not answer; it is only probed until it does.` };
    const time = this.units.get(unit);
    const requests = time?.requests.total(nowMs).sum ?? 0;
    const failures = time?.failures.total(nowMs).sum ?? 0;
    if (failures > requests * (1 - KEPT)) return { code: 'modbus.unit-failing', reason: `${failures} of the last ${requests} requests to unit ${unit} failed.` };
    const all = [...needs.values()].reduce((sum, need) => sum + need, 0);
    const silent = [...open].reduce((sum, one) => sum + (needs.get(one) ?? 0), 0);
    if (all < FULL && silent > 1 - KEPT) return { code: 'modbus.bus-budget', reason: `Waiting for silent units takes ${percent(silent)} of the line's time (${[...open].join(', ')}).` };
    if (all < FULL) return { code: 'modbus.polled-late', reason: `The scans need ${percent(all)} of the line's time only: the gateway itself asks too late.` };
    const own = needs.get(unit) ?? 0;
    const [hog, most] = [...needs].reduce((greatest, one) => (one[1] > greatest[1] ? one : greatest), [unit, own]);
    const meanMs = time && requests > 0 ? Math.round(time.busyMs.total(nowMs).sum / requests) : 0;
    if (hog === unit && own > HOG * all) return { code: 'modbus.unit-slow', reason: `Unit ${unit} takes ${meanMs} ms per request: its scans alone need ${percent(own)} of the line's time.` };
    const blame = most > HOG * all ? ` Unit ${hog} alone needs ${percent(most)}.` : '';
    return { code: 'modbus.bus-budget', reason: `The line is full: its scans need ${percent(all)} of its time.${blame} Ask less often, or spread the units over more lines.` };
  }
}

const keyOf = (unit: number, scanIntervalMs: number): string => `${unit}/${scanIntervalMs}`;
const shareOf = ({ sum, ms }: { readonly sum: number; readonly ms: number }): number => (ms > 0 ? sum / ms : 0);
const rounded = (value: number): number => Math.round(value * 1000) / 1000;
