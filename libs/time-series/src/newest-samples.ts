import { concatColumns, pickColumns, type SampleColumns } from '@telltale/tag-sample';
import { preference } from './sample-order.js';

/** A device clock that runs ahead by more than this does not set the latest value: it would hide every true one after it. */
export const FUTURE_TOLERANCE_US = 300_000_000;

/** The newest sample of every tag, sorted by tag (one lock order); samples beyond `latestUs` are left out. */
export function newestSamples(
  parts: readonly { readonly columns: SampleColumns; readonly latestUs: number }[],
): SampleColumns {
  const whole = concatColumns(parts.map(newestOfPart));
  const newest = new Map<number, number>();
  for (let i = 0; i < whole.tagIds.length; i++) {
    const tagId = whole.tagIds[i] ?? 0;
    const known = newest.get(tagId);
    if (known === undefined || isNewer(whole, i, known)) newest.set(tagId, i);
  }
  const sorted = [...newest.entries()].sort(([a], [b]) => a - b).map(([, index]) => index);
  return pickColumns(whole, sorted);
}

/** The newer one per tag of two sets that are sorted by tag and hold one sample per tag. */
export function newerOf(a: SampleColumns, b: SampleColumns): SampleColumns {
  const whole = concatColumns([a, b]);
  const chosen = new Int32Array(whole.tagIds.length);
  let count = 0;
  for (let i = 0, j = a.tagIds.length; i < a.tagIds.length || j < whole.tagIds.length;) {
    const left = i < a.tagIds.length ? (whole.tagIds[i] ?? 0) : Infinity;
    const right = j < whole.tagIds.length ? (whole.tagIds[j] ?? 0) : Infinity;
    if (left < right) chosen[count++] = i++;
    else if (right < left) chosen[count++] = j++;
    else chosen[count++] = isNewer(whole, i++, j++) ? i - 1 : j - 1;
  }
  return pickColumns(whole, chosen.subarray(0, count));
}

const isNewer = (columns: SampleColumns, a: number, b: number): boolean =>
  ((columns.sourceTimesUs[a] ?? 0) - (columns.sourceTimesUs[b] ?? 0) || preference(columns, a, b)) > 0;

/** A batch repeats its tags in the same order, cycle after cycle: the place of a tag is mostly the one a cycle before. */
function newestOfPart({ columns, latestUs }: { readonly columns: SampleColumns; readonly latestUs: number }): SampleColumns {
  const { tagIds, sourceTimesUs } = columns;
  const places = new Map<number, number>();
  const placeAt = new Int32Array(tagIds.length);
  const newest: number[] = [];
  let cycle = 1;
  while (cycle < tagIds.length && tagIds[cycle] !== tagIds[0]) cycle++;
  for (let i = 0; i < tagIds.length; i++) {
    const tagId = tagIds[i] ?? 0;
    let place = i >= cycle && tagIds[i - cycle] === tagId ? (placeAt[i - cycle] ?? 0) : places.get(tagId);
    if (place === undefined) {
      place = newest.push(-1) - 1;
      places.set(tagId, place);
    }
    placeAt[i] = place;
    if ((sourceTimesUs[i] ?? 0) > latestUs) continue;
    const known = newest[place] ?? -1;
    if (known < 0 || isNewer(columns, i, known)) newest[place] = i;
  }
  return pickColumns(
    columns,
    newest.filter((index) => index >= 0),
  );
}
