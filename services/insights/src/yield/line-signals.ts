import type { Interval } from '@telltale/plant-calendar';
import { isGood, type SampleColumns, type StatusCode, type TimeUs } from '@telltale/tag-sample';
import type { CounterSample, SteppedSample } from '@telltale/yield-analysis';
import type { LatestSample, TimeRange } from '@telltale/time-series';
import type { SeriesReader } from '@telltale/time-series';
import type { TenantContext } from '@telltale/tenancy';

/** Samples of one tag in a range, with the last one before it. */
export interface TagSignal {
  readonly before: LatestSample | undefined;
  readonly samples: SampleColumns | undefined;
}

export const NO_SIGNAL: TagSignal = { before: undefined, samples: undefined };

export async function readSignals(series: SeriesReader, tenant: TenantContext, tagIds: readonly number[], range: TimeRange): Promise<ReadonlyMap<number, TagSignal>> {
  const [before, raw] = await Promise.all([series.asOf(tenant, tagIds, range.fromUs), series.raw(tenant, tagIds, range)]);
  return new Map(
    tagIds.map((tagId) => [
      tagId,
      { before: before.find((sample) => sample.tagId === tagId), samples: raw.find((found) => found.tagId === tagId)?.samples },
    ]),
  );
}

function each({ before, samples }: TagSignal, visit: (timeUs: TimeUs, value: number, status: StatusCode) => void): void {
  if (before) visit(before.sourceTimeUs, before.value, before.status);
  const { values, sourceTimesUs, statuses } = samples ?? { values: [], sourceTimesUs: [], statuses: [] };
  for (let index = 0; index < values.length; index++) visit(sourceTimesUs[index] ?? 0, values[index] ?? Number.NaN, statuses[index] ?? 0);
}

/** State or product codes; null where the code is not good. */
export function steppedOf(signal: TagSignal): readonly SteppedSample[] {
  const stepped: SteppedSample[] = [];
  each(signal, (timeUs, value, status) => stepped.push({ timeUs, value: isGood(status) && Number.isFinite(value) ? value : null }));
  return stepped;
}

/** Stretches after a bad reading, up to the next good one or to `untilUs`. */
export function badStretches(signal: TagSignal, untilUs: TimeUs): readonly Interval[] {
  const stretches: Interval[] = [];
  let badSinceUs: TimeUs | null = null;
  each(signal, (timeUs, value, status) => {
    const isUsable = isGood(status) && Number.isFinite(value);
    if (isUsable && badSinceUs !== null) stretches.push({ startUs: badSinceUs, endUs: timeUs });
    badSinceUs = isUsable ? null : (badSinceUs ?? timeUs);
  });
  if (badSinceUs !== null && badSinceUs < untilUs) stretches.push({ startUs: badSinceUs, endUs: untilUs });
  return stretches;
}

/** Good readings of a counter; bad ones are passed over, for the count goes on behind them. */
export function countedOf(signal: TagSignal): readonly CounterSample[] {
  const readings: CounterSample[] = [];
  each(signal, (timeUs, value, status) => {
    if (isGood(status)) readings.push({ timeUs, value });
  });
  return readings;
}
