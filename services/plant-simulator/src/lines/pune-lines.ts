import { PUNE_LINES, puneLayout } from '../layout/pune.layout.js';
import type { PackagingLinePlan } from './packaging-line.js';
import type { LineProduct } from './shift-plan.js';

const REJECT_SHARE: Readonly<Record<number, number>> = { 101: 0.012, 102: 0.018, 201: 0.009, 202: 0.022 };

/** First register values: line 2's 32-bit good counter rolls over within its first days, line 1's 16-bit one twice a day. */
const START: Readonly<Record<string, { readonly goodStart: number; readonly rejectStart: number }>> = {
  'line-1': { goodStart: 41_200, rejectStart: 4_294_966_100 },
  'line-2': { goodStart: 4_294_817_000, rejectStart: 63_900 },
};

function productsOf(lineSlug: string): readonly LineProduct[] {
  return puneLayout.products.flatMap((product) =>
    product.rates
      .filter((rate) => rate.equipmentPath.endsWith(`/${lineSlug}`))
      .map((rate) => ({ code: product.code, secondsPerItem: rate.secondsPerItem, rejectShare: REJECT_SHARE[product.code] ?? 0.01 })),
  );
}

export const puneLinePlans: readonly PackagingLinePlan[] = PUNE_LINES.map((line, i) => ({
  slug: line.slug,
  products: productsOf(line.slug),
  goodMax: line.goodMax,
  rejectMax: line.rejectMax,
  goodStart: START[line.slug]?.goodStart ?? 0,
  rejectStart: START[line.slug]?.rejectStart ?? 0,
  gramsPerItem: i === 0 ? 18 : 132,
  runningWatts: i === 0 ? 16_500 : 24_000,
  standingWatts: i === 0 ? 2_800 : 3_900,
}));
