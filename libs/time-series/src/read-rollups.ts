import { concatColumns, sliceColumns, type SampleColumns } from '@telltale/tag-sample';
import type { TenantContext } from '@telltale/tenancy';
import { mostMinutes, unpackChunk } from './chunk-table.js';
import { blockSamples } from './read-samples.js';
import { rowsPacked, unpackInto } from './rollup-pack.js';
import {
  DAY_US,
  HOUR_US,
  MINUTE_US,
  QUARTER_US,
  rollUpByMinutes,
  rollUpInto,
  rollUpRows,
  RollupRows,
  rollUpSamples,
  startsEvery,
  type Gaps,
} from './rollup-rows.js';
import { readDays } from './rollup-table.js';
import { firstAtOrAfter, resolveSamples, tagRuns } from './sample-order.js';
import type { TimeRange } from './series-contract.js';
import type { Query } from './series-database.js';

type GapsOfTags = ReadonlyMap<number, Gaps>;

/** A stretch of one tag, on whole buckets. */
interface Stretch extends TimeRange {
  readonly tagId: number;
}

/**
 * Rows of `widthUs` per tag in a range on whole buckets: stored hours or quarters where they exist, else from minutes, else from
 * samples. Buckets that a sample not yet folded or a declared gap concerns are computed from their samples.
 */
export async function readRollups(
  query: Query,
  tenant: TenantContext,
  tagIds: readonly number[],
  range: TimeRange,
  widthUs: number,
  gapsOfTags: Promise<GapsOfTags>,
): Promise<Map<number, RollupRows>> {
  const whole = tagIds.map((tagId) => ({ tagId, ...range }));
  const level = widthUs === HOUR_US ? 'hours' : widthUs === QUARTER_US ? 'quarters' : undefined;
  const fromMinutes = widthUs === MINUTE_US;
  const [unfolded, days, minutes, gaps] = await Promise.all([
    blockSamples(query, tenant, tagIds, range),
    level === undefined ? new Map<number, RollupRows>() : readDays(query, tenant, tagIds, range.fromUs, range.toUs, level),
    fromMinutes ? rowsOfMinutes(query, tenant, whole, MINUTE_US) : [],
    gapsOfTags,
  ]);
  const fresh = resolveSamples(unfolded).columns;
  if (level === undefined && !fromMinutes) return fromSamples(query, tenant, whole, fresh, widthUs, gaps);
  const joined = days;
  const open = level === undefined ? [] : tagIds.flatMap((tagId) => missingHours(tagId, joined.get(tagId), range));
  for (const [tagId, own] of fromMinutes ? minutes : await rowsOfMinutes(query, tenant, open, widthUs)) {
    const stored = joined.get(tagId);
    joined.set(tagId, stored === undefined ? own : inOrder([stored, own]));
  }
  const renewed = renewedStretches(joined, fresh, widthUs, gaps);
  if (renewed.length === 0) return joined;
  // Where samples were retired the stored rows stay as they are.
  const retired = await retiredStretches(query, tenant, renewed);
  const computable = renewed.filter((stretch) => !retired.has(stretch));
  const computed = computable.length === 0 ? [] : await fromSamples(query, tenant, computable, fresh, widthUs, gaps);
  for (const [tagId, rows] of computed) {
    const stretches = computable.filter((stretch) => stretch.tagId === tagId);
    joined.set(tagId, inOrder([...outside(joined.get(tagId) ?? new RollupRows(0), stretches), rows]));
  }
  return joined;
}

/** Hours of the range of which nothing is stored, as few stretches as possible. */
function missingHours(tagId: number, rows: RollupRows | undefined, range: TimeRange): Stretch[] {
  const stretches: Stretch[] = [];
  let at = range.fromUs;
  for (let i = 0; rows !== undefined && i < rows.length; i++) {
    const hourUs = Math.floor((rows.bucketUs[i] ?? 0) / HOUR_US) * HOUR_US;
    if (hourUs > at) stretches.push({ tagId, fromUs: at, toUs: hourUs });
    at = Math.max(at, hourUs + HOUR_US);
  }
  if (at < range.toUs) stretches.push({ tagId, fromUs: at, toUs: range.toUs });
  return stretches;
}

interface ChunkPiece {
  readonly tagId: number;
  readonly startUs: number;
  readonly at: number;
  readonly minutes: Buffer | null;
  readonly data: Buffer | null;
}

/** Chunks of each stretch with the minutes, or where they have none, or when asked for, the samples. */
function chunkPieces(query: Query, tenant: TenantContext, stretches: readonly Stretch[], samples: boolean): Promise<ChunkPiece[]> {
  const fromUs = stretches.reduce((least, stretch) => Math.min(least, stretch.fromUs), Infinity);
  const toUs = stretches.reduce((most, stretch) => Math.max(most, stretch.toUs), -Infinity);
  const columns = samples
    ? 'null::bytea as minutes, c.data'
    : 'c.minutes, case when c.minutes is null then c.data end as data';
  return query<ChunkPiece>(
    `select c.tag_id as "tagId", c.window_start_us as "startUs", u.at::int4 as at, ${columns}
       from unnest($2::int4[], $3::int8[], $4::int8[]) with ordinality as u(tag_id, from_us, to_us, at)
       join series.sample_chunk c on c.tag_id = u.tag_id and c.window_start_us > u.from_us - ${DAY_US} and c.window_start_us < u.to_us
      where c.tenant_id = $1::int4 and c.window_start_us > $5::int8 and c.window_start_us < $6::int8
        and c.t_max_us >= u.from_us and c.t_min_us < u.to_us
      order by u.at, c.window_start_us`,
    [
      tenant.tenantId,
      stretches.map(({ tagId }) => tagId),
      stretches.map((stretch) => stretch.fromUs),
      stretches.map((stretch) => stretch.toUs),
      fromUs - DAY_US,
      toUs,
    ],
  );
}

/** Minutes that are summed up at once; used by one call at a time and never kept across one. */
let scratch = new RollupRows(2_048);

/** Rows of the stretches per tag, in order of time, from the minutes of chunks alone. */
async function rowsOfMinutes(
  query: Query,
  tenant: TenantContext,
  stretches: readonly Stretch[],
  widthUs: number,
): Promise<Map<number, RollupRows>> {
  if (stretches.length === 0) return new Map();
  const perTag = Map.groupBy(await chunkPieces(query, tenant, stretches, false), ({ tagId }) => tagId);
  const found = new Map<number, RollupRows>();
  for (const [tagId, pieces] of perTag) {
    const room = pieces.reduce((sum, { minutes, data }) => sum + (minutes === null ? mostMinutes(data) : rowsPacked(minutes)), 0);
    if (widthUs !== MINUTE_US && scratch.capacity < room) scratch = new RollupRows(room * 2);
    const rows = widthUs === MINUTE_US ? new RollupRows(room) : scratch;
    rows.length = 0;
    for (const { startUs, at, minutes, data } of pieces) {
      const stretch = stretches[at - 1];
      if (stretch === undefined) continue;
      if (minutes !== null) unpackInto(rows, minutes, stretch.fromUs, stretch.toUs);
      else if (data !== null) {
        const columns = unpackChunk(tagId, startUs, data);
        rollUpInto(rows, columns, ...indexesOf(columns, stretch), MINUTE_US);
      }
    }
    found.set(tagId, widthUs === MINUTE_US ? rows : rollUpRows(rows, startsEvery(widthUs)));
  }
  return found;
}

async function retiredStretches(query: Query, tenant: TenantContext, stretches: readonly Stretch[]): Promise<ReadonlySet<Stretch>> {
  const rows = await query<{ at: number }>(
    `select distinct u.at::int4 as at from unnest($2::int4[], $3::int8[], $4::int8[]) with ordinality as u(tag_id, from_us, to_us, at)
       join series.sample_chunk c on c.tag_id = u.tag_id and c.window_start_us > u.from_us - ${DAY_US} and c.window_start_us < u.to_us
      where c.tenant_id = $1::int4 and c.window_start_us > $5::int8 and c.window_start_us < $6::int8
        and c.t_max_us >= u.from_us and c.t_min_us < u.to_us and c.data is null`,
    [
      tenant.tenantId,
      stretches.map(({ tagId }) => tagId),
      stretches.map(({ fromUs }) => fromUs),
      stretches.map(({ toUs }) => toUs),
      stretches.reduce((least, { fromUs }) => Math.min(least, fromUs), Infinity) - DAY_US,
      stretches.reduce((most, { toUs }) => Math.max(most, toUs), -Infinity),
    ],
  );
  return new Set(rows.flatMap(({ at }) => stretches[at - 1] ?? []));
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
  const pieces = Map.groupBy(await chunkPieces(query, tenant, stretches, true), ({ at }) => at);
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

function indexesOf(columns: SampleColumns, { fromUs, toUs }: TimeRange): [number, number] {
  const count = columns.tagIds.length;
  const from = firstAtOrAfter(columns, fromUs, 0, count);
  return [from, firstAtOrAfter(columns, toUs, from, count)];
}
