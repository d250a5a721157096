import type { CounterRules, ProductRate } from '@telltale/yield-analysis';

/** A planned rate may be set wrong, even in minutes for seconds; what is beyond this many times of it is no production. */
const TIMES_PLANNED = 100;
/** Controllers count in lots, and gateways read them seldom: this long a time's items may come at once. */
const LOT_S = 60;
/** Where nobody planned a rate: from the foot of the register to its top at once, no machine counts. */
const REGISTER_SHARE = 0.8;

/** What a counter of items on a line can do: bound to the fastest planned rate, so that a register read wrongly is no production. */
export function itemCounterRules(max: number | null, rates: readonly ProductRate[]): CounterRules {
  const fastestPerSecond = Math.max(0, ...rates.filter((rate) => rate.secondsPerItem > 0).map((rate) => 1 / rate.secondsPerItem));
  if (fastestPerSecond === 0) return registerRules(max);
  const maxPerSecond = TIMES_PLANNED * fastestPerSecond;
  return { max, maxPerSecond, maxAtOnce: LOT_S * maxPerSecond };
}

/** What a counter without a planned rate (material, energy) can do. */
export const registerRules = (max: number | null): CounterRules =>
  max === null ? { max } : { max, maxPerSecond: 0, maxAtOnce: REGISTER_SHARE * max };
