import type { Interval } from '@telltale/plant-calendar';
import type { TimeUs } from '@telltale/tag-sample';

export interface CounterSample {
  readonly timeUs: TimeUs;
  readonly value: number;
}

export interface CounterRules {
  /** Highest value before the counter begins again at 0; null: it never rolls over. */
  readonly max: number | null;
  /** What the machine can make at most; a jump that would need more is a reset. */
  readonly maxPerSecond?: number;
}

export interface Increment {
  /** Time of the later of the two samples. */
  readonly timeUs: TimeUs;
  readonly amount: number;
}

const NEAR_MAX = 0.9;
const NEAR_ZERO = 0.1;

/** Counts of an integer register go 0 … max, so that the step from max to 0 is one more item. */
const modulusOf = (max: number): number => (Number.isInteger(max) ? max + 1 : max);

const isRollover = (before: CounterSample, after: CounterSample, { max, maxPerSecond = Infinity }: CounterRules): boolean => {
  if (max === null || before.value < NEAR_MAX * max || after.value > NEAR_ZERO * max) return false;
  const seconds = (after.timeUs - before.timeUs) / 1e6;
  return modulusOf(max) - before.value + after.value <= maxPerSecond * seconds;
};

/** Readings that count: finite, and each later than the one before. */
function* pairs(samples: readonly CounterSample[]): Generator<readonly [CounterSample, CounterSample]> {
  let before: CounterSample | undefined;
  for (const sample of samples) {
    if (!Number.isFinite(sample.value) || (before !== undefined && sample.timeUs <= before.timeUs)) continue;
    if (before !== undefined) yield [before, sample];
    before = sample;
  }
}

/** Stretches in which the counter fell and can't have rolled over: its controller was restarted. */
export function certainResets(samples: readonly CounterSample[], rules: CounterRules): readonly Interval[] {
  const resets: Interval[] = [];
  for (const [before, after] of pairs(samples)) {
    if (after.value < before.value && !isRollover(before, after, rules)) resets.push({ startUs: before.timeUs, endUs: after.timeUs });
  }
  return resets;
}

/**
 * Increments between consecutive readings, which come in order of time and are good. A reading that is not later than the one before
 * adds nothing; the first is the base. A fall is a rollover where it is plausible, unless it happened within one of `resets` (another
 * counter of the same controller certainly began anew); else the counter was reset and shows what was counted since.
 */
export function counterIncrements(samples: readonly CounterSample[], rules: CounterRules, resets: readonly Interval[] = []): readonly Increment[] {
  const increments: Increment[] = [];
  for (const [before, after] of pairs(samples)) {
    const restarted = resets.some(({ startUs, endUs }) => startUs < after.timeUs && before.timeUs < endUs);
    const rolledOver = after.value < before.value && !restarted && isRollover(before, after, rules);
    const base = after.value >= before.value ? before.value : rolledOver ? before.value - modulusOf(rules.max ?? 0) : 0;
    if (after.value !== base) increments.push({ timeUs: after.timeUs, amount: after.value - base });
  }
  return increments;
}
