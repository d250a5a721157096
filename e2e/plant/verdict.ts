import type { SeriesReader } from '@telltale/time-series';
import type { TenantContext } from '@telltale/tenancy';

export interface TrueSample {
  readonly sourceTimeUs: number;
  readonly value: number;
}

/** What became of the samples that a device gave: the words of every fault test. */
export interface Verdict {
  readonly expected: number;
  readonly lost: number;
  readonly duplicated: number;
  /** Stored, but never measured. */
  readonly unexpected: number;
}

export const FLAWLESS = { lost: 0, duplicated: 0, unexpected: 0 } as const;

const keyOf = (sourceTimeUs: number, value: number): string => `${Math.round(sourceTimeUs / 1000)} ${Math.fround(value)}`;

/** Compares what is stored with the ground truth of each tag in [fromUs, toUs). Times are compared to the millisecond, as OPC UA carries them. */
export async function verdictOf(
  series: SeriesReader,
  tenant: TenantContext,
  truth: ReadonlyMap<number, readonly TrueSample[]>,
  fromUs: number,
  toUs: number,
): Promise<Verdict> {
  const found = await series.raw(tenant, [...truth.keys()], { fromUs, toUs });
  const total = { expected: 0, lost: 0, duplicated: 0, unexpected: 0 };
  for (const [tagId, expected] of truth) {
    const columns = found.find((one) => one.tagId === tagId)?.samples;
    const counts = new Map<string, number>();
    for (let index = 0; index < (columns?.values.length ?? 0); index++) {
      const key = keyOf(columns?.sourceTimesUs[index] ?? 0, columns?.values[index] ?? Number.NaN);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    for (const { sourceTimeUs, value } of expected) {
      const key = keyOf(sourceTimeUs, value);
      const count = counts.get(key) ?? 0;
      counts.delete(key);
      total.expected++;
      if (count === 0) total.lost++;
      total.duplicated += Math.max(0, count - 1);
    }
    total.unexpected += [...counts.values()].reduce((sum, count) => sum + count, 0);
  }
  return total;
}
