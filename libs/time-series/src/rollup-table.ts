import type { TenantContext } from '@telltale/tenancy';
import { offsetsOf } from './byte-pieces.js';
import { packRollups, rowsPacked, unpackInto, unpackRollups } from './rollup-pack.js';
import { DAY_US, HOUR_US, QUARTER_US, RollupRows, startsEvery } from './rollup-rows.js';
import type { Query } from './series-database.js';

export interface DayKey {
  readonly tagId: number;
  /** Start of a UTC day. */
  readonly dayUs: number;
}

/** Hours of a tag, and their quarters, computed from all their samples. */
export interface SettledHours {
  readonly tagId: number;
  readonly hours: RollupRows;
  readonly quarters: RollupRows;
}

interface DayRow extends DayKey {
  readonly hours: RollupRows;
  readonly quarters: RollupRows | undefined;
  /** Finer levels of some of its hours were retired: it must stay, however few samples it holds. */
  readonly kept: boolean;
}

/** Samples per row from which on a stored rollup costs clearly less than its samples. */
export const WORTHWHILE = 8;
const dayOf = startsEvery(DAY_US);

/** Stored rows of a tag, and of which days they are, in order of time. */
export interface StoredDays {
  readonly rows: RollupRows;
  readonly days: readonly StoredDay[];
}

export interface StoredDay {
  readonly dayUs: number;
  /** End of the last stored hour. */
  readonly untilUs: number;
  /** False: chunks may hold hours before it that are not stored. */
  readonly complete: boolean;
}

/** Stored hours or quarters of these tags in [fromUs, toUs), per tag in order of time. */
export async function readDays(
  query: Query,
  tenant: TenantContext,
  tagIds: readonly number[],
  fromUs: number,
  toUs: number,
  level: 'hours' | 'quarters',
): Promise<Map<number, StoredDays>> {
  const days = await query<StoredDay & { tagId: number; data: Buffer }>(
    `select d.tag_id as "tagId", d.day_us as "dayUs", d.until_us as "untilUs", d.complete, d.${level} as data from series.rollup_day d
      where d.tenant_id = $1::int4 and d.tag_id = any($2::int4[]) and d.day_us >= $3::int8 and d.day_us < $4::int8 and d.${level} is not null
      order by d.tag_id, d.day_us`,
    [tenant.tenantId, tagIds, dayOf(fromUs), toUs],
  );
  const perTag = Map.groupBy(days, ({ tagId }) => tagId);
  return new Map(
    [...perTag].map(([tagId, own]) => {
      const rows = new RollupRows(own.reduce((sum, { data }) => sum + rowsPacked(data), 0));
      for (const { data } of own) unpackInto(rows, data, fromUs, toUs);
      return [tagId, { rows, days: own }];
    }),
  );
}

/** Puts these hours in the place of those that are stored, after their chunks were written. An hour that was there before counts one revision. */
export const settleHours = (query: Query, tenant: TenantContext, settled: readonly SettledHours[]): Promise<void> =>
  putHours(query, tenant, settled, { overStored: true });

/** Stores the hours and the quarters that are not stored, however few samples they hold: what they were computed from is about to go. */
export const settleMissingHours = (query: Query, tenant: TenantContext, settled: readonly SettledHours[]): Promise<void> =>
  putHours(query, tenant, settled, { overStored: false });

async function putHours(
  query: Query,
  tenant: TenantContext,
  settled: readonly SettledHours[],
  { overStored }: { readonly overStored: boolean },
): Promise<void> {
  const parts = settled.flatMap((own) => daysIn(own.hours).map((dayUs) => ({ ...own, dayUs })));
  const known = new Map((await readKeys(query, tenant, parts)).map((row) => [keyOf(row), row]));
  const changed = new Map<string, DayRow>();
  for (const { tagId, dayUs, hours, quarters } of parts) {
    const key = keyOf({ tagId, dayUs });
    const before = changed.get(key) ?? known.get(key);
    const [from, to] = [hours.indexAt(dayUs), hours.indexAt(dayUs + DAY_US)];
    const here = new Set(hours.bucketUs.subarray(from, to));
    const touched = overStored ? here : hoursNotIn(before?.hours, here);
    // Hours may be worth storing where their quarters are not.
    const touchedQuarters = overStored ? here : hoursNotIn(before?.quarters, here);
    if (touched.size + touchedQuarters.size === 0 && before?.kept === true) continue;
    changed.set(key, {
      tagId,
      dayUs,
      kept: !overStored || (before?.kept ?? false),
      hours: replaced(before?.hours, hours, from, to, touched),
      quarters: replaced(before?.quarters, quarters, quarters.indexAt(dayUs), quarters.indexAt(dayUs + DAY_US), touchedQuarters),
    });
  }
  await writeDays(query, tenant, [...changed.values()], known);
}

/** Starts of the hours that are stored, as `tag/hour`. */
export async function storedHours(query: Query, tenant: TenantContext, keys: readonly DayKey[]): Promise<ReadonlySet<string>> {
  const days = await readKeys(query, tenant, keys);
  return new Set(days.flatMap(({ tagId, hours }) => Array.from(hours.bucketUs.subarray(0, hours.length), (hourUs) => `${tagId}/${hourUs}`)));
}

/** Removes hours whose samples changed below the hour level, after their chunks were written: they come back when these merge. */
export async function forgetHours(
  query: Query,
  tenant: TenantContext,
  hours: readonly { readonly tagId: number; readonly timeUs: number }[],
): Promise<void> {
  if (hours.length === 0) return;
  const perDay = Map.groupBy(hours, ({ tagId, timeUs }) => keyOf({ tagId, dayUs: dayOf(timeUs) }));
  const keys = [...perDay.values()].flatMap((own) => own.slice(0, 1).map(({ tagId, timeUs }) => ({ tagId, dayUs: dayOf(timeUs) })));
  // Live samples belong to hours after the last stored one, so that mostly nothing is found.
  const firsts = [...perDay.values()].map((own) => own.reduce((least, { timeUs }) => Math.min(least, timeUs), Infinity));
  const rows = await readKeys(query, tenant, keys, firsts);
  const known = new Map(rows.map((row) => [keyOf(row), row]));
  const changed = rows.map((row) => {
    const gone = new Set((perDay.get(keyOf(row)) ?? []).map(({ timeUs }) => startsEvery(HOUR_US)(timeUs)));
    return { ...row, hours: without(row.hours, gone), quarters: row.quarters === undefined ? undefined : without(row.quarters, gone) };
  });
  await writeDays(query, tenant, changed, known);
}

const keyOf = ({ tagId, dayUs }: DayKey): string => `${tagId}/${dayUs}`;

function daysIn(hours: RollupRows): number[] {
  const days: number[] = [];
  for (let i = 0; i < hours.length; i++) {
    const day = dayOf(hours.bucketUs[i] ?? 0);
    if (days.at(-1) !== day) days.push(day);
  }
  return days;
}

function hoursNotIn(rows: RollupRows | undefined, hoursUs: ReadonlySet<number>): ReadonlySet<number> {
  const left = new Set(hoursUs);
  const hourOf = startsEvery(HOUR_US);
  for (let i = 0; rows !== undefined && i < rows.length; i++) left.delete(hourOf(rows.bucketUs[i] ?? 0));
  return left;
}

/** `before` with the rows of the touched hours taken from `rows`. */
function replaced(before: RollupRows | undefined, rows: RollupRows, from: number, to: number, touched: ReadonlySet<number>): RollupRows {
  const result = new RollupRows((before?.length ?? 0) + to - from);
  const hourOf = startsEvery(HOUR_US);
  let at = from;
  const take = (untilUs: number): void => {
    for (; at < to && (rows.bucketUs[at] ?? 0) < untilUs; at++) if (touched.has(hourOf(rows.bucketUs[at] ?? 0))) result.append(rows, at, at + 1);
  };
  for (let i = 0; before !== undefined && i < before.length; i++) {
    const bucketUs = before.bucketUs[i] ?? 0;
    take(bucketUs);
    if (!touched.has(hourOf(bucketUs))) result.append(before, i, i + 1);
    else if (at < to && rows.bucketUs[at] === bucketUs) {
      result.append(rows, at, ++at);
      result.revision[result.length - 1] = (before.revision[i] ?? 0) + 1;
    }
  }
  take(Infinity);
  return result;
}

function without(rows: RollupRows, gone: ReadonlySet<number>): RollupRows {
  const hourOf = startsEvery(HOUR_US);
  return rows.picked((bucketUs) => !gone.has(hourOf(bucketUs)));
}

async function readKeys(
  query: Query,
  tenant: TenantContext,
  keys: readonly DayKey[],
  untilAfterUs: readonly number[] = keys.map(() => Number.MIN_SAFE_INTEGER),
): Promise<DayRow[]> {
  if (keys.length === 0) return [];
  const days = keys.map(({ dayUs }) => dayUs);
  const rows = await query<DayKey & { hours: Buffer; quarters: Buffer | null; kept: boolean }>(
    // One look into the index per key, as for chunks.
    `select d.* from unnest($2::int4[], $3::int8[], $4::int8[]) as u(tag_id, day_us, after_us) cross join lateral (
       select d.tag_id as "tagId", d.day_us as "dayUs", d.hours, d.quarters, d.kept from series.rollup_day d
        where d.tenant_id = $1::int4 and d.tag_id = u.tag_id and d.day_us = u.day_us and d.until_us > u.after_us
          and d.day_us >= $5::int8 and d.day_us <= $6::int8 offset 0) d`,
    [tenant.tenantId, keys.map(({ tagId }) => tagId), days, untilAfterUs, smallest(days), largest(days)],
  );
  return rows.map(({ tagId, dayUs, kept, hours, quarters }) => ({
    tagId,
    dayUs,
    kept,
    hours: unpackRollups(hours),
    quarters: quarters === null ? undefined : unpackRollups(quarters),
  }));
}

async function writeDays(
  query: Query,
  tenant: TenantContext,
  days: readonly DayRow[],
  known: ReadonlyMap<string, unknown>,
): Promise<void> {
  const staysWith = (day: DayRow, rows: RollupRows): boolean => (day.kept ? rows.length > 0 : isWorthwhile(rows));
  const kept = days.filter((day) => staysWith(day, day.hours));
  const gone = days.filter((day) => !staysWith(day, day.hours) && known.has(keyOf(day)));
  if (gone.length > 0) {
    await query(
      `delete from series.rollup_day d using unnest($2::int4[], $3::int8[]) as u(tag_id, day_us)
        where d.tenant_id = $1::int4 and d.tag_id = u.tag_id and d.day_us = u.day_us and d.day_us >= $4::int8 and d.day_us <= $5::int8`,
      [
        tenant.tenantId,
        gone.map(({ tagId }) => tagId),
        gone.map(({ dayUs }) => dayUs),
        smallest(gone.map(({ dayUs }) => dayUs)),
        largest(gone.map(({ dayUs }) => dayUs)),
      ],
    );
  }
  for (let from = 0; from < kept.length; from += 2_000) {
    const part = kept.slice(from, from + 2_000);
    const hours = part.map((day) => packRollups(day.hours, HOUR_US, { settled: true }));
    const storedQuarters = part.map((day) => (day.quarters !== undefined && staysWith(day, day.quarters) ? day.quarters : undefined));
    const quarters = storedQuarters.map((rows) => (rows === undefined ? Buffer.alloc(0) : packRollups(rows, QUARTER_US, { settled: true })));
    const pieces = [...hours, ...quarters];
    const lengths = pieces.map((bytes) => bytes.length);
    const offsets = offsetsOf(lengths);
    await query(
      `insert into series.rollup_day as d (tenant_id, tag_id, day_us, until_us, complete, n, good, kept, hours, quarters)
       select $1::int4, tag_id, day_us, until_us, series.hours_complete($1::int4, tag_id, day_us, until_us, stored), n, good, kept, substring($2::bytea from h_at for h_bytes),
              case when q_bytes > 0 then substring($2::bytea from q_at for q_bytes) end
         from unnest($3::int4[], $4::int8[], $5::int8[], $6::int4[], $7::int4[], $8::int4[], $9::int4[], $10::int4[], $11::int4[], $12::boolean[], $13::int8[])
           as u(tag_id, day_us, until_us, n, good, h_at, h_bytes, q_at, q_bytes, kept, stored)
       on conflict (tenant_id, tag_id, day_us) do update
          set until_us = excluded.until_us, complete = excluded.complete, n = excluded.n, good = excluded.good, hours = excluded.hours, quarters = excluded.quarters,
              kept = excluded.kept, revision = d.revision + 1`,
      [
        tenant.tenantId,
        Buffer.concat(pieces),
        part.map(({ tagId }) => tagId),
        part.map(({ dayUs }) => dayUs),
        part.map((day) => (day.hours.bucketUs[day.hours.length - 1] ?? 0) + HOUR_US),
        part.map((day) => totalOf(day.hours, 'n')),
        part.map((day) => totalOf(day.hours, 'good')),
        offsets.slice(0, part.length),
        lengths.slice(0, part.length),
        offsets.slice(part.length),
        lengths.slice(part.length),
        part.map((day) => day.kept),
        part.map((day, i) => hoursBits(day, storedQuarters[i])),
      ],
    );
  }
}

/** Bit n: hour n of the day is stored, and its quarters where any are. */
function hoursBits({ dayUs, hours }: DayRow, quarters: RollupRows | undefined): number {
  const found = hoursIn(hours);
  const withQuarters = quarters === undefined ? found : hoursIn(quarters);
  return [...found].filter((hourUs) => withQuarters.has(hourUs)).reduce((bits, hourUs) => bits + 2 ** ((hourUs - dayUs) / HOUR_US), 0);
}

const hoursIn = (rows: RollupRows): ReadonlySet<number> => new Set(Array.from(rows.bucketUs.subarray(0, rows.length), startsEvery(HOUR_US)));

/** Whether rows hold enough samples each to be stored. */
export const isWorthwhile = (rows: RollupRows): boolean => rows.length > 0 && totalOf(rows, 'n') >= WORTHWHILE * rows.length;

function totalOf(rows: RollupRows, column: 'n' | 'good'): number {
  let total = 0;
  for (let i = 0; i < rows.length; i++) total += rows[column][i] ?? 0;
  return total;
}

const smallest = (values: readonly number[]): number => values.reduce((low, value) => Math.min(low, value), Infinity);
const largest = (values: readonly number[]): number => values.reduce((high, value) => Math.max(high, value), -Infinity);
