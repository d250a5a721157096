import { concatColumns, sliceColumns, type SampleColumns } from '@telltale/tag-sample';
import type { TenantContext } from '@telltale/tenancy';
import { arraysOf, piecesFrom, piecesOfStretches, piecesOfTags, samplePieces, type Stretch } from './chunk-pieces.js';
import { unpackChunk } from './chunk-table.js';
import { rowsOfPieces } from './piece-rows.js';
import { blockSamples, indexesOf } from './read-samples.js';
import {
  DAY_US,
  HOUR_US,
  MINUTE_US,
  QUARTER_US,
  rollUpByMinutes,
  RollupRows,
  rollUpSamples,
  startsEvery,
  type Gaps,
} from './rollup-rows.js';
import { readDays, type StoredDay } from './rollup-table.js';
import { resolveSamples, tagRuns } from './sample-order.js';
import type { TimeRange } from './series-contract.js';
import type { Query } from './series-database.js';

type GapsOfTags = ReadonlyMap<number, Gaps>;

/**
 * Rows of `widthUs` per tag in a range on whole buckets: stored hours or quarters where they exist, else from minutes, else from
 * samples. Buckets that a sample not yet folded or a declared gap concerns are computed from their samples, where these were retired
 * from their minutes, less the gap; where these were retired too the stored row stays, which leaves out the gap already.
 */
export async function readRollups(
  query: Query,
  tenant: TenantContext,
  tagIds: readonly number[],
  range: TimeRange,
  widthUs: number,
  gapsOfTags: Promise<GapsOfTags>,
): Promise<Map<number, RollupRows>> {
  const [unfolded, parts, gaps] = await Promise.all([
    blockSamples(query, tenant, tagIds, range),
    addsUpMinutes(widthUs) ? Promise.all(slicesOf(tagIds).map((slice) => foldedRows(query, tenant, slice, range, widthUs))) : undefined,
    gapsOfTags,
  ]);
  const fresh = resolveSamples(unfolded).columns;
  if (parts === undefined) {
    const whole = tagIds.map((tagId) => ({ tagId, ...range }));
    return fromSamples(query, tenant, whole, fresh, widthUs, gaps);
  }
  const joined = new Map(parts.flatMap((part) => [...part]));
  const renewed = renewedStretches(joined, fresh, widthUs, gaps);
  if (renewed.length === 0) return joined;
  const { sampled, retired } = await partsOf(query, tenant, renewed, widthUs);
  const computed = await Promise.all([fromSamples(query, tenant, sampled, fresh, widthUs, gaps), fromPieces(query, tenant, retired, widthUs, gaps)]);
  for (const [tagId, stretches] of Map.groupBy(renewed, (stretch) => stretch.tagId)) {
    const stored = joined.get(tagId) ?? new RollupRows(0);
    const rows = inOrder(computed.flatMap((perTag) => perTag.get(tagId) ?? []));
    joined.set(tagId, inOrder([...outside(stored, stretches), ...fullerOf(stored, rows, stretches)]));
  }
  return joined;
}

/** Whether rows of this width are sums of minutes of one hour, so that chunks need not be unpacked where their minutes are stored. */
const addsUpMinutes = (widthUs: number): boolean => widthUs % MINUTE_US === 0 && HOUR_US % widthUs === 0;

/** So many tags are asked for at a time that one slice is decoded while the next one is read. */
const SLICE_TAGS = 128;

const slicesOf = (tagIds: readonly number[]): (readonly number[])[] =>
  Array.from({ length: Math.ceil(tagIds.length / SLICE_TAGS) }, (_, i) => tagIds.slice(i * SLICE_TAGS, (i + 1) * SLICE_TAGS));

/** Rows per tag of what is folded. */
async function foldedRows(
  query: Query,
  tenant: TenantContext,
  tagIds: readonly number[],
  range: TimeRange,
  widthUs: number,
): Promise<Map<number, RollupRows>> {
  if (widthUs === HOUR_US || widthUs === QUARTER_US) return rowsOfDays(query, tenant, tagIds, range, widthUs);
  const pieces = Map.groupBy(await piecesOfTags(query, tenant, tagIds, range), ({ tagId }) => tagId);
  return new Map([...pieces].map(([tagId, own]) => [tagId, rowsOfPieces(own, [range], widthUs)]));
}

/** Stored hours or quarters, and from chunks those that are not stored. */
async function rowsOfDays(query: Query, tenant: TenantContext, tagIds: readonly number[], range: TimeRange, widthUs: number): Promise<Map<number, RollupRows>> {
  const days = await readDays(query, tenant, tagIds, range.fromUs, range.toUs, widthUs === HOUR_US ? 'hours' : 'quarters');
  const missing = new Map(tagIds.map((tagId) => [tagId, missingHours(days.get(tagId)?.rows, range)]));
  const unsure = [...days].flatMap(([tagId, own]) =>
    insideDays(missing.get(tagId) ?? [], own.days.filter(({ complete }) => !complete)).map((part) => ({ tagId, ...part })),
  );
  const open = [...days].flatMap(([tagId, own]) => openStretches(own.days, range).map((part) => ({ tagId, ...part })));
  const bare = tagIds.filter((tagId) => !days.has(tagId));
  const found = await Promise.all([
    piecesOfTags(query, tenant, bare, range),
    piecesFrom(query, tenant, open, range),
    piecesOfStretches(query, tenant, unsure),
  ]);
  const rows = new Map([...days].map(([tagId, own]) => [tagId, own.rows]));
  for (const [tagId, own] of Map.groupBy(found.flat(), ({ tagId }) => tagId)) {
    const stored = rows.get(tagId);
    const pieces = unsure.length > 0 ? own.toSorted((a, b) => a.startUs - b.startUs) : own;
    const added = rowsOfPieces(pieces, missing.get(tagId) ?? [], widthUs);
    rows.set(tagId, stored === undefined ? added : inOrder([stored, added]));
  }
  return rows;
}

/** Days without stored hours, and behind the last stored one of the others: there chunks begin that are not stored as hours. */
function openStretches(days: readonly StoredDay[], range: TimeRange): TimeRange[] {
  const stretches: TimeRange[] = [];
  let fromUs = startsEvery(DAY_US)(range.fromUs);
  for (const { dayUs, untilUs, complete } of days) {
    if (dayUs > fromUs) stretches.push({ fromUs, toUs: dayUs });
    fromUs = complete ? untilUs : dayUs + DAY_US;
  }
  if (fromUs < range.toUs) stretches.push({ fromUs, toUs: range.toUs });
  return stretches;
}

/** The parts of the stretches inside these days. */
const insideDays = (stretches: readonly TimeRange[], days: readonly StoredDay[]): TimeRange[] =>
  days.flatMap(({ dayUs }) =>
    stretches
      .map(({ fromUs, toUs }) => ({ fromUs: Math.max(fromUs, dayUs), toUs: Math.min(toUs, dayUs + DAY_US) }))
      .filter(({ fromUs, toUs }) => fromUs < toUs),
  );

/** Hours of the range of which nothing is stored, as few stretches as possible. */
function missingHours(rows: RollupRows | undefined, range: TimeRange): TimeRange[] {
  const stretches: TimeRange[] = [];
  let at = range.fromUs;
  for (let i = 0; rows !== undefined && i < rows.length; i++) {
    const hourUs = Math.floor((rows.bucketUs[i] ?? 0) / HOUR_US) * HOUR_US;
    if (hourUs > at) stretches.push({ fromUs: at, toUs: hourUs });
    at = Math.max(at, hourUs + HOUR_US);
  }
  if (at < range.toUs) stretches.push({ fromUs: at, toUs: range.toUs });
  return stretches;
}

/** The stretches, parted into buckets that have all their samples and those of which samples were retired or thinned. */
async function partsOf(
  query: Query,
  tenant: TenantContext,
  stretches: readonly Stretch[],
  widthUs: number,
): Promise<{ readonly sampled: readonly Stretch[]; readonly retired: readonly Stretch[] }> {
  const rows = await query<{ at: number; firstUs: number; lastUs: number }>(
    `select u.at::int4 as at, c.t_min_us as "firstUs", c.t_max_us as "lastUs"
       from unnest($2::int4[], $3::int8[], $4::int8[]) with ordinality as u(tag_id, from_us, to_us, at)
       join series.sample_chunk c on c.tag_id = u.tag_id and c.window_start_us > u.from_us - ${DAY_US} and c.window_start_us < u.to_us
      where c.tenant_id = $1::int4 and c.window_start_us > $5::int8 and c.window_start_us < $6::int8
        and c.t_max_us >= u.from_us and c.t_min_us < u.to_us and (c.data is null or c.thinned is not null)
      order by u.at, c.window_start_us`,
    [
      tenant.tenantId,
      ...arraysOf(stretches),
      stretches.reduce((least, { fromUs }) => Math.min(least, fromUs), Infinity) - DAY_US,
      stretches.reduce((most, { toUs }) => Math.max(most, toUs), -Infinity),
    ],
  );
  const chunks = Map.groupBy(rows, ({ at }) => at);
  const bucketOf = startsEvery(widthUs);
  const [sampled, retired]: [Stretch[], Stretch[]] = [[], []];
  for (const [i, stretch] of stretches.entries()) {
    let { fromUs } = stretch;
    const upTo = (parts: Stretch[], endUs: number): void => {
      const toUs = Math.min(endUs, stretch.toUs);
      if (fromUs < toUs) parts.push({ ...stretch, fromUs, toUs });
      fromUs = Math.max(fromUs, toUs);
    };
    for (const { firstUs, lastUs } of chunks.get(i + 1) ?? []) {
      upTo(sampled, bucketOf(firstUs));
      upTo(retired, bucketOf(lastUs) + widthUs);
    }
    upTo(sampled, Infinity);
  }
  return { sampled, retired };
}

/** Rows of the stretches from the minutes of their chunks, without those not yet folded. */
async function fromPieces(query: Query, tenant: TenantContext, stretches: readonly Stretch[], widthUs: number, gaps: GapsOfTags): Promise<Map<number, RollupRows>> {
  const pieces = Map.groupBy(await piecesOfStretches(query, tenant, stretches), ({ tagId }) => tagId);
  const perTag = Map.groupBy(stretches, ({ tagId }) => tagId);
  return new Map([...perTag].map(([tagId, own]) => [tagId, rowsOfPieces(pieces.get(tagId) ?? [], own, widthUs, gaps.get(tagId))]));
}

/** In the stretches the new rows, and the stored ones where new ones have fewer samples: of them what is finer was retired. */
function fullerOf(stored: RollupRows, rows: RollupRows, stretches: readonly TimeRange[]): RollupRows[] {
  const within = stretches.map((stretch) => clipped(stored, stretch));
  const samplesAt = (all: readonly RollupRows[]) => new Map(all.flatMap((part) => Array.from({ length: part.length }, (_, i) => [part.bucketUs[i] ?? 0, part.n[i] ?? 0] as const)));
  const [before, now] = [samplesAt(within), samplesAt([rows])];
  return [rows.picked((us, n) => n >= (before.get(us) ?? 0)), ...within.map((part) => part.picked((us, n) => n > (now.get(us) ?? 0)))];
}

/** Rows of every stretch from all its samples, those not yet folded included. */
async function fromSamples(
  query: Query,
  tenant: TenantContext,
  stretches: readonly Stretch[],
  fresh: SampleColumns,
  widthUs: number,
  gaps: GapsOfTags,
): Promise<Map<number, RollupRows>> {
  if (stretches.length === 0) return new Map();
  const pieces = Map.groupBy(await samplePieces(query, tenant, stretches), ({ at }) => at);
  const runs = new Map(tagRuns(fresh).map(({ tagId, from, to }) => [tagId, sliceColumns(fresh, from, to)]));
  const rows = new Map<number, RollupRows[]>();
  stretches.forEach((stretch, i) => {
    const parts = (pieces.get(i + 1) ?? []).flatMap(({ tagId, startUs, data }) => (data === null ? [] : [unpackChunk(tagId, startUs, data)]));
    const own = runs.get(stretch.tagId);
    if (own !== undefined) parts.push(own);
    const within = parts.map((columns) => sliceColumns(columns, ...indexesOf(columns, stretch)));
    const { columns } = resolveSamples(concatColumns(within));
    const gapsOfTag = gaps.get(stretch.tagId) ?? [];
    const count = columns.tagIds.length;
    const computed =
      widthUs > MINUTE_US && widthUs % MINUTE_US === 0
        ? rollUpByMinutes(columns, 0, count, widthUs, gapsOfTag)
        : rollUpSamples(columns, 0, count, widthUs, gapsOfTag);
    rows.set(stretch.tagId, [...(rows.get(stretch.tagId) ?? []), computed]);
  });
  return new Map([...rows].map(([tagId, parts]) => [tagId, inOrder(parts)]));
}

/** Buckets with a sample that is not folded yet, or that a declared gap cuts. */
function renewedStretches(stored: ReadonlyMap<number, RollupRows>, fresh: SampleColumns, widthUs: number, gaps: GapsOfTags): Stretch[] {
  const buckets = new Map<number, Set<number>>();
  const renew = (tagId: number, bucketUs: number): void => {
    const own = buckets.get(tagId) ?? new Set();
    buckets.set(tagId, own.add(bucketUs));
  };
  for (let i = 0; i < fresh.tagIds.length; i++)
    renew(fresh.tagIds[i] ?? 0, Math.floor((fresh.sourceTimesUs[i] ?? 0) / widthUs) * widthUs);
  for (const [tagId, own] of gaps) {
    const rows = stored.get(tagId);
    for (let i = 0; rows !== undefined && i < rows.length; i++) {
      const [firstUs, lastUs] = [rows.firstUs[i] ?? 0, rows.lastUs[i] ?? 0];
      if (own.some(([from, to]) => from < lastUs && to > firstUs)) renew(tagId, rows.bucketUs[i] ?? 0);
    }
  }
  return [...buckets].flatMap(([tagId, own]) => {
    const stretches: { tagId: number; fromUs: number; toUs: number }[] = [];
    for (const bucket of [...own].sort((a, b) => a - b)) {
      const last = stretches.at(-1);
      if (last?.toUs === bucket) last.toUs = bucket + widthUs;
      else stretches.push({ tagId, fromUs: bucket, toUs: bucket + widthUs });
    }
    return stretches;
  });
}

/** The parts of the rows between the stretches. */
function outside(rows: RollupRows, stretches: readonly TimeRange[]): RollupRows[] {
  const parts: RollupRows[] = [];
  let fromUs = -Infinity;
  for (const stretch of stretches) {
    parts.push(clipped(rows, { fromUs, toUs: stretch.fromUs }));
    fromUs = stretch.toUs;
  }
  return [...parts, clipped(rows, { fromUs, toUs: Infinity })];
}

function clipped(rows: RollupRows, { fromUs, toUs }: TimeRange): RollupRows {
  const from = rows.indexAt(fromUs);
  const to = rows.indexAt(toUs);
  if (from === 0 && to === rows.length) return rows;
  const part = new RollupRows(Math.max(0, to - from));
  if (to > from) part.append(rows, from, to);
  return part;
}

/** All rows by time; no two parts have the same bucket, but one may lie in a hole of another. */
function inOrder(parts: readonly RollupRows[]): RollupRows {
  const sorted = parts.filter(({ length }) => length > 0).sort((a, b) => (a.bucketUs[0] ?? 0) - (b.bucketUs[0] ?? 0));
  const [only] = sorted;
  if (only !== undefined && sorted.length === 1) return only;
  const whole = new RollupRows(sorted.reduce((sum, { length }) => sum + length, 0));
  const inside: RollupRows[] = [];
  for (const part of sorted) {
    if (whole.length > 0 && (part.bucketUs[0] ?? 0) < (whole.bucketUs[whole.length - 1] ?? 0)) inside.push(part);
    else whole.append(part, 0, part.length);
  }
  return inside.length === 0 ? whole : woven(whole, inOrder(inside));
}

function woven(a: RollupRows, b: RollupRows): RollupRows {
  const whole = new RollupRows(a.length + b.length);
  let at = 0;
  for (let i = 0; i < b.length;) {
    const to = a.indexAt(b.bucketUs[i] ?? 0);
    whole.append(a, at, to);
    at = to;
    const next = at < a.length ? (a.bucketUs[at] ?? Infinity) : Infinity;
    const end = Math.max(i + 1, b.indexAt(next));
    whole.append(b, i, end);
    i = end;
  }
  whole.append(a, at, a.length);
  return whole;
}
