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

/** What was counted between two readings: a rollover only where it is plausible, else a counter that went back was reset. */
function amountBetween(before: CounterSample, after: CounterSample, { max, maxPerSecond = Infinity }: CounterRules): number {
  if (after.value >= before.value) return after.value - before.value;
  if (max === null || before.value < NEAR_MAX * max || after.value > NEAR_ZERO * max) return after.value;
  const rolledOver = modulusOf(max) - before.value + after.value;
  const seconds = (after.timeUs - before.timeUs) / 1e6;
  return rolledOver <= maxPerSecond * seconds ? rolledOver : after.value;
}

/**
 * Increments between consecutive readings, which come in order of time and are good. A reading that is not later than the one
 * before adds nothing. The first reading is the base.
 */
export function counterIncrements(samples: readonly CounterSample[], rules: CounterRules): readonly Increment[] {
  const increments: Increment[] = [];
  let before: CounterSample | undefined;
  for (const sample of samples) {
    if (!Number.isFinite(sample.value)) continue;
    if (before !== undefined && sample.timeUs <= before.timeUs) continue;
    if (before !== undefined) {
      const amount = amountBetween(before, sample, rules);
      if (amount !== 0) increments.push({ timeUs: sample.timeUs, amount });
    }
    before = sample;
  }
  return increments;
}
