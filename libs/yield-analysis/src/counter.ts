import type { Interval } from '@telltale/plant-calendar';
import type { TimeUs } from '@telltale/tag-sample';

export interface CounterSample {
  readonly timeUs: TimeUs;
  readonly value: number;
}

export interface CounterRules {
  /** Highest value before the counter begins again at 0; null: it never rolls over. */
  readonly max: number | null;
  /** What the machine can make at most, default without limit: a fall that would need more is no rollover, a rise that would need more no production. */
  readonly maxPerSecond?: number;
  /** What may come at once on top of it, default 0: controllers count in lots. */
  readonly maxAtOnce?: number;
}

export interface Increment {
  /** Time of the later of the two samples. */
  readonly timeUs: TimeUs;
  readonly amount: number;
}

/** Two sources of one counter (its controller, and a server's history of it) may disagree by this much about the time. */
const SETTLED_AFTER_US = 30e6;
const NEAR_MAX = 0.9;
const NEAR_ZERO = 0.1;

/** Counts of an integer register go 0 … max, so that the step from max to 0 is one more item. */
const modulusOf = (max: number): number => (Number.isInteger(max) ? max + 1 : max);

const isPlausible = (amount: number, before: CounterSample, after: CounterSample, { maxPerSecond = Infinity, maxAtOnce = 0 }: CounterRules): boolean =>
  amount <= (maxPerSecond * (after.timeUs - before.timeUs)) / 1e6 + maxAtOnce;

const isRollover = (before: CounterSample, after: CounterSample, rules: CounterRules): boolean => {
  const { max } = rules;
  if (max === null || before.value < NEAR_MAX * max || after.value > NEAR_ZERO * max) return false;
  return isPlausible(modulusOf(max) - before.value + after.value, before, after, rules);
};

const goesOn = (before: CounterSample, after: CounterSample, rules: CounterRules): boolean =>
  after.value >= before.value ? isPlausible(after.value - before.value, before, after, rules) : isRollover(before, after, rules);

/** One reading that fits neither side, while the next goes on where the one before it was: a register that was read while it was written. */
const isGlitch = (before: CounterSample, odd: CounterSample, after: CounterSample | undefined, rules: CounterRules): boolean =>
  after !== undefined && after.timeUs > odd.timeUs && !goesOn(before, odd, rules) && !goesOn(odd, after, rules) && goesOn(before, after, rules);

const within = (resets: readonly Interval[], before: CounterSample, after: CounterSample): boolean =>
  resets.some(({ startUs, endUs }) => startUs < after.timeUs && before.timeUs < endUs);

/** A controller that began anew shows what was counted since, not most of what it showed before. */
const fellBack = (before: CounterSample, after: CounterSample, rules: CounterRules): boolean =>
  after.value < before.value && after.value > before.value / 2 && !isRollover(before, after, rules);

/** A reading from before the one before it, with a later time: soon another goes on where the counter was, or none has come yet. */
function isStale(before: CounterSample, samples: readonly CounterSample[], index: number, rules: CounterRules): boolean {
  const odd = samples[index];
  if (odd === undefined || !fellBack(before, odd, rules)) return false;
  for (let next = index + 1; next < samples.length; next++) {
    const later = samples[next];
    if (later === undefined || later.timeUs > before.timeUs + SETTLED_AFTER_US) return false;
    if (goesOn(before, later, rules)) return true;
  }
  return odd.timeUs <= before.timeUs + SETTLED_AFTER_US;
}

/** Readings that count: finite, each later than the one before, without glitches and stale ones. */
function* pairs(samples: readonly CounterSample[], rules: CounterRules, resets: readonly Interval[]): Generator<readonly [CounterSample, CounterSample]> {
  const usable = samples.filter(({ value }) => Number.isFinite(value));
  let before: CounterSample | undefined;
  for (const [index, sample] of usable.entries()) {
    if (before !== undefined) {
      if (sample.timeUs <= before.timeUs || isGlitch(before, sample, usable[index + 1], rules)) continue;
      if (!within(resets, before, sample) && isStale(before, usable, index, rules)) continue;
      yield [before, sample];
    }
    before = sample;
  }
}

/** Stretches in which the counter fell and can't have rolled over: its controller was restarted. */
export function certainResets(samples: readonly CounterSample[], rules: CounterRules): readonly Interval[] {
  const resets: Interval[] = [];
  for (const [before, after] of pairs(samples, rules, [])) {
    const fell = after.value < before.value && !isRollover(before, after, rules) && !fellBack(before, after, rules);
    if (fell) resets.push({ startUs: before.timeUs, endUs: after.timeUs });
  }
  return resets;
}

interface Step extends Increment {
  readonly sinceUs: TimeUs;
  readonly plausible: boolean;
}

function* steps(samples: readonly CounterSample[], rules: CounterRules, resets: readonly Interval[]): Generator<Step> {
  for (const [before, after] of pairs(samples, rules, resets)) {
    const restarted = within(resets, before, after);
    const rolledOver = after.value < before.value && !restarted && isRollover(before, after, rules);
    const base = after.value >= before.value ? before.value : rolledOver ? before.value - modulusOf(rules.max ?? 0) : 0;
    const amount = after.value - base;
    const setAnew = !restarted && fellBack(before, after, rules);
    yield { sinceUs: before.timeUs, timeUs: after.timeUs, amount, plausible: !setAnew && isPlausible(amount, before, after, rules) };
  }
}

/**
 * Increments between consecutive readings, which come in order of time and are good. A reading that is not later than the one before
 * adds nothing; the first is the base. A fall is a rollover where it is plausible, unless it happened within one of `resets` (another
 * counter of the same controller certainly began anew); else the counter was reset and shows what was counted since. A fall to more
 * than half is a stale reading when the counter soon goes on. More than the machine can make was not made, and a counter that stays at
 * more than half was set anew: it counts from there on, and what was made meanwhile is not known.
 */
export function counterIncrements(samples: readonly CounterSample[], rules: CounterRules, resets: readonly Interval[] = []): readonly Increment[] {
  const increments: Increment[] = [];
  for (const { timeUs, amount, plausible } of steps(samples, rules, resets)) if (plausible && amount !== 0) increments.push({ timeUs, amount });
  return increments;
}

/** Stretches in which the counter went to a value that the machine can't have made: what was made in them is not known. */
export function implausibleStretches(samples: readonly CounterSample[], rules: CounterRules, resets: readonly Interval[] = []): readonly Interval[] {
  const stretches: Interval[] = [];
  for (const { sinceUs, timeUs, plausible } of steps(samples, rules, resets)) if (!plausible) stretches.push({ startUs: sinceUs, endUs: timeUs });
  return stretches;
}
