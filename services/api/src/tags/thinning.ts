import { isGood, type SampleColumns } from '@telltale/tag-sample';

/**
 * Indexes of at most about `max` samples that keep the picture of the curve: per stretch of equal length the first, the lowest, the
 * highest and the last, and every sample that is not good.
 */
export function thin(columns: SampleColumns, max: number): readonly number[] {
  const n = columns.values.length;
  if (n <= max) return Array.from({ length: n }, (_, index) => index);
  const stretches = Math.max(1, Math.floor(max / 4));
  const kept: number[] = [];
  for (let stretch = 0; stretch < stretches; stretch++) {
    const from = Math.floor((stretch * n) / stretches);
    const to = Math.floor(((stretch + 1) * n) / stretches);
    kept.push(...extremes(columns, from, to));
  }
  return kept;
}

function extremes({ values, statuses }: SampleColumns, from: number, to: number): number[] {
  const kept = new Set<number>([from, to - 1]);
  let low = from;
  let high = from;
  for (let index = from; index < to; index++) {
    if (!isGood(statuses[index] ?? 0)) kept.add(index);
    if ((values[index] ?? 0) < (values[low] ?? 0)) low = index;
    if ((values[index] ?? 0) > (values[high] ?? 0)) high = index;
  }
  return [...kept.add(low).add(high)].sort((a, b) => a - b);
}
