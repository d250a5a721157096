import { pickColumns, type SampleColumns } from '@telltale/tag-sample';

/** Good 2, uncertain 1, bad 0 (OPC UA severity, Part 4 §7.39.1). */
export const qualityRank = (status: number): number => 2 - Math.min(2, status >>> 30);

/**
 * Which of two samples of one tag and source time stays: better quality, then later gateway time, then lower status code,
 * then greater value (NaN lowest). A total order on the content, so that arrival order never matters.
 * Positive when sample `a` wins.
 */
export function preference(columns: SampleColumns, a: number, b: number): number {
  const statusA = columns.statuses[a] ?? 0;
  const statusB = columns.statuses[b] ?? 0;
  return (
    qualityRank(statusA) - qualityRank(statusB) ||
    (columns.serverTimesUs[a] ?? 0) - (columns.serverTimesUs[b] ?? 0) ||
    statusB - statusA ||
    compareValues(columns.values[a] ?? NaN, columns.values[b] ?? NaN)
  );
}

function compareValues(a: number, b: number): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : -1;
  if (Number.isNaN(b)) return 1;
  if (a !== b) return a < b ? -1 : 1;
  return Object.is(a, b) ? 0 : Object.is(a, 0) ? 1 : -1;
}

export interface ResolvedSamples {
  /** Sorted by tag, then source time; one sample per tag and source time. */
  readonly columns: SampleColumns;
  /** Samples left out because the same sample is there. */
  readonly duplicates: number;
  /** Samples left out because another value or status at the same time won. */
  readonly conflicts: number;
}

/** Sorts and leaves one sample per tag and source time, the preferred one. */
export function resolveSamples(columns: SampleColumns): ResolvedSamples {
  if (isResolved(columns)) return { columns, duplicates: 0, conflicts: 0 };
  const order = orderByTag(columns);
  let kept = 0;
  let duplicates = 0;
  let conflicts = 0;
  for (const index of order) {
    const last = kept > 0 ? (order[kept - 1] ?? 0) : -1;
    if (
      last < 0 ||
      columns.tagIds[last] !== columns.tagIds[index] ||
      columns.sourceTimesUs[last] !== columns.sourceTimesUs[index]
    ) {
      order[kept++] = index;
    } else if (
      columns.statuses[last] === columns.statuses[index] &&
      Object.is(columns.values[last], columns.values[index])
    )
      duplicates++;
    else conflicts++;
  }
  return { columns: pickColumns(columns, order.subarray(0, kept)), duplicates, conflicts };
}

/** Positions by tag, then time, then preference. Tags are dealt out first: mostly each one's samples are in order already. */
function orderByTag(columns: SampleColumns): Uint32Array {
  const { tagIds, sourceTimesUs } = columns;
  const places = new Map<number, number>();
  const counts: number[] = [];
  const tagAt = new Uint32Array(tagIds.length);
  for (let i = 0, last = -1, place = 0; i < tagIds.length; i++) {
    const tagId = tagIds[i] ?? 0;
    if (tagId !== last || i === 0) {
      place = places.get(tagId) ?? counts.push(0) - 1;
      places.set(tagId, place);
      last = tagId;
    }
    tagAt[i] = place;
    counts[place] = (counts[place] ?? 0) + 1;
  }
  const starts = new Uint32Array(counts.length);
  let at = 0;
  for (const [, place] of [...places].sort(([a], [b]) => a - b)) {
    starts[place] = at;
    at += counts[place] ?? 0;
  }
  const order = new Uint32Array(tagIds.length);
  const next = starts.slice();
  for (let i = 0; i < tagIds.length; i++) {
    const place = tagAt[i] ?? 0;
    const to = next[place] ?? 0;
    order[to] = i;
    next[place] = to + 1;
  }
  counts.forEach((count, place) => {
    const run = order.subarray(starts[place], (starts[place] ?? 0) + count);
    for (let i = 1; i < count; i++) {
      if ((sourceTimesUs[run[i] ?? 0] ?? 0) > (sourceTimesUs[run[i - 1] ?? 0] ?? 0)) continue;
      run.sort((a, b) => (sourceTimesUs[a] ?? 0) - (sourceTimesUs[b] ?? 0) || preference(columns, b, a));
      return;
    }
  });
  return order;
}

function isResolved({ tagIds, sourceTimesUs }: SampleColumns): boolean {
  for (let i = 1; i < tagIds.length; i++) {
    const tag = tagIds[i] ?? 0;
    const before = tagIds[i - 1] ?? 0;
    if (tag < before || (tag === before && (sourceTimesUs[i] ?? 0) <= (sourceTimesUs[i - 1] ?? 0))) return false;
  }
  return true;
}

export interface TagRun {
  readonly tagId: number;
  readonly from: number;
  readonly to: number;
}

/** The stretches of equal tag in sorted columns. */
export function tagRuns({ tagIds }: SampleColumns): TagRun[] {
  const runs: TagRun[] = [];
  let from = 0;
  for (let i = 1; i <= tagIds.length; i++) {
    if (i < tagIds.length && tagIds[i] === tagIds[from]) continue;
    if (from < i) runs.push({ tagId: tagIds[from] ?? 0, from, to: i });
    from = i;
  }
  return runs;
}

/** First index in [from, to) whose source time is >= timeUs; `to` when there is none. */
export function firstAtOrAfter({ sourceTimesUs }: SampleColumns, timeUs: number, from: number, to: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sourceTimesUs[middle] ?? 0) < timeUs) low = middle + 1;
    else high = middle;
  }
  return low;
}
