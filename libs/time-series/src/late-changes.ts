import type { SampleColumns } from '@telltale/tag-sample';
import type { TenantContext } from '@telltale/tenancy';
import { SETTLING_US } from './chunk-window.js';
import { DAY_US, QUARTER_US, startsEvery } from './rollup-rows.js';
import { firstAtOrAfter } from './sample-order.js';
import type { TimeRange } from './series-contract.js';
import type { Query } from './series-database.js';

/** A quarter of an hour whose samples changed when it was over. */
export interface LateQuarter {
  readonly tagId: number;
  readonly quarterUs: number;
  /** When the batch came that changed it. */
  readonly cameAtUs: number;
}

/** Per tag and quarter of an hour that was over by then: when batches with samples of it came, the last of each quarter of an hour. */
export type LateArrivals = ReadonlyMap<number, ReadonlyMap<number, readonly number[]>>;

/** Quarters of a UTC day that changed within one quarter of an hour. */
export interface LateChange {
  readonly dayUs: number;
  /** Start of the quarter of an hour in which they did. */
  readonly changedAtUs: number;
  /** When they last did. */
  readonly lastUs: number;
  /** 96 characters, 1 where the quarter of the day changed. */
  readonly quarters: string;
}

const QUARTERS_OF_DAY = DAY_US / QUARTER_US;
const dayOf = startsEvery(DAY_US);
const quarterOf = startsEvery(QUARTER_US);

/** Each block by its own time: a fold takes what came over minutes, or after a standstill over hours, and most of it came in time. */
export function lateArrivals(blocks: readonly { readonly appendedAtUs: number; readonly columns: SampleColumns }[]): LateArrivals {
  const arrivals = new Map<number, Map<number, number[]>>();
  for (const { appendedAtUs, columns } of blocks.toSorted((a, b) => a.appendedAtUs - b.appendedAtUs)) {
    for (let i = 0; i < columns.tagIds.length; i++) {
      const quarterUs = quarterOf(columns.sourceTimesUs[i] ?? 0);
      if (quarterUs + QUARTER_US + SETTLING_US > appendedAtUs) continue;
      const tagId = columns.tagIds[i] ?? 0;
      const ofTag = arrivals.get(tagId) ?? new Map<number, number[]>();
      arrivals.set(tagId, ofTag);
      const times = ofTag.get(quarterUs) ?? [];
      ofTag.set(quarterUs, times);
      const last = times.at(-1);
      if (last !== undefined && quarterOf(last) === quarterOf(appendedAtUs)) times[times.length - 1] = appendedAtUs;
      else times.push(appendedAtUs);
    }
  }
  return arrivals;
}

/** Quarters that came late and in which the merged samples of a tag differ from those before. */
export function changedQuarters(
  tagId: number,
  before: SampleColumns | undefined,
  incoming: SampleColumns,
  merged: SampleColumns,
  arrivals: LateArrivals,
): LateQuarter[] {
  const ofTag = arrivals.get(tagId);
  if (ofTag === undefined) return [];
  const changed: LateQuarter[] = [];
  for (const timeUs of incoming.sourceTimesUs) {
    const quarterUs = quarterOf(timeUs);
    const times = ofTag.get(quarterUs);
    if (times === undefined || changed.at(-1)?.quarterUs === quarterUs || isSame(before, merged, timeUs)) continue;
    changed.push(...times.map((cameAtUs) => ({ tagId, quarterUs, cameAtUs })));
  }
  return changed;
}

function isSame(before: SampleColumns | undefined, merged: SampleColumns, timeUs: number): boolean {
  if (before === undefined) return false;
  const was = firstAtOrAfter(before, timeUs, 0, before.tagIds.length);
  if (was === before.tagIds.length || before.sourceTimesUs[was] !== timeUs) return false;
  const is = firstAtOrAfter(merged, timeUs, 0, merged.tagIds.length);
  return Object.is(before.values[was], merged.values[is]) && before.statuses[was] === merged.statuses[is];
}

export async function recordLateChanges(query: Query, tenant: TenantContext, late: readonly LateQuarter[]): Promise<void> {
  if (late.length === 0) return;
  const rows = [...Map.groupBy(late, ({ tagId, quarterUs, cameAtUs }) => `${tagId}/${dayOf(quarterUs)}/${quarterOf(cameAtUs)}`).values()].map((own) => {
    const quarters = Array.from({ length: QUARTERS_OF_DAY }, () => '0');
    for (const { quarterUs } of own) quarters[(quarterUs - dayOf(quarterUs)) / QUARTER_US] = '1';
    const lastUs = own.reduce((last, { cameAtUs }) => Math.max(last, cameAtUs), 0);
    return { tagId: own[0]?.tagId ?? 0, dayUs: dayOf(own[0]?.quarterUs ?? 0), lastUs, quarters: quarters.join('') };
  });
  await query(
    `insert into series.late_change as l (tenant_id, tag_id, day_us, changed_at_us, last_us, quarters)
     select $1::int4, u.tag_id, u.day_us, u.changed_at_us, u.last_us, u.quarters::bit(96)
       from unnest($2::int4[], $3::int8[], $4::int8[], $5::int8[], $6::text[]) as u(tag_id, day_us, changed_at_us, last_us, quarters)
     on conflict (tenant_id, tag_id, day_us, changed_at_us) do update
       set quarters = l.quarters | excluded.quarters, last_us = greatest(l.last_us, excluded.last_us)`,
    [
      tenant.tenantId,
      rows.map(({ tagId }) => tagId),
      rows.map(({ dayUs }) => dayUs),
      rows.map(({ lastUs }) => quarterOf(lastUs)),
      rows.map(({ lastUs }) => lastUs),
      rows.map(({ quarters }) => quarters),
    ],
  );
}

/** Late changes of these tags in days that touch the range, per tag in order of time. */
export async function readLateChanges(
  query: Query,
  tenant: TenantContext,
  tagIds: readonly number[],
  range: TimeRange,
): Promise<Map<number, LateChange[]>> {
  const rows = await query<LateChange & { tagId: number }>(
    `select l.tag_id as "tagId", l.day_us as "dayUs", l.changed_at_us as "changedAtUs", l.last_us as "lastUs", l.quarters::text as quarters from series.late_change l
      where l.tenant_id = $1::int4 and l.tag_id = any($2::int4[]) and l.day_us >= $3::int8 and l.day_us < $4::int8 and l.last_us >= $3::int8
      order by l.tag_id, l.day_us, l.changed_at_us`,
    [tenant.tenantId, tagIds, dayOf(range.fromUs), range.toUs],
  );
  return Map.groupBy(rows, ({ tagId }) => tagId);
}

export interface Revision {
  /** In how many quarters of an hour samples of the interval changed after it was over. */
  readonly revision: number;
  /** The last time; null when it never did. */
  readonly revisedAtUs: number | null;
}

/** Revisions of sorted, disjoint intervals. Where an edge is no whole quarter of an hour, a change of the quarter counts for both sides. */
export function revisionsOf(intervals: readonly TimeRange[], changes: readonly LateChange[]): Revision[] {
  let next = 0;
  return intervals.map(({ fromUs, toUs }): Revision => {
    while (next < changes.length && (changes[next]?.dayUs ?? 0) + DAY_US <= fromUs) next++;
    const times = new Set<number>();
    let revisedAtUs: number | null = null;
    for (let i = next; i < changes.length; i++) {
      const change = changes[i];
      if (change === undefined || change.dayUs >= toUs) break;
      if (change.lastUs < toUs + SETTLING_US) continue;
      const first = Math.max(0, Math.floor((fromUs - change.dayUs) / QUARTER_US));
      const end = Math.min(QUARTERS_OF_DAY, Math.ceil((toUs - change.dayUs) / QUARTER_US));
      if (!change.quarters.slice(first, end).includes('1')) continue;
      times.add(change.changedAtUs);
      revisedAtUs = Math.max(revisedAtUs ?? 0, change.lastUs);
    }
    return { revision: times.size, revisedAtUs };
  });
}
