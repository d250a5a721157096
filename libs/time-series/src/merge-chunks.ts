import { concatColumns, sliceColumns, type SampleColumns } from '@telltale/tag-sample';
import type { TenantContext } from '@telltale/tenancy';
import { deleteChunks, headersOfDays, readChunks, writeChunks, type ChunkHeader, type NewChunk } from './chunk-table.js';
import { covers, MAX_CHUNK_SAMPLES, spanOf, windowAt, type ChunkWindow } from './chunk-window.js';
import { DAY_US, hourRollupsOf, type RollupRow } from './rollup-row.js';
import { writeRollups } from './rollup-table.js';
import { firstAtOrAfter, resolveSamples } from './sample-order.js';
import type { Query } from './series-database.js';

export interface MergeOutcome {
  /** Hours and days looked at. */
  readonly windows: number;
  readonly chunksBefore: number;
  readonly chunksAfter: number;
}

interface Due {
  readonly tagId: number;
  readonly startUs: number;
  readonly spanS: number;
}

/** Merges chunks of hours and days that are over into larger ones and computes the hour rollups, in the caller's transaction. */
export async function mergeChunks(query: Query, tenant: TenantContext, options: { nowUs: number; maxSamples: number }): Promise<MergeOutcome> {
  const due = await query<Due & { n: number }>(
    `select c.tag_id as "tagId", c.window_start_us as "startUs", c.span_s as "spanS", c.n from series.sample_chunk c
      where c.tenant_id = $1::int4 and c.merge_at_us is not null and c.merge_at_us <= $2::int8
      order by c.merge_at_us, c.tag_id, c.window_start_us limit 5000`,
    [tenant.tenantId, options.nowUs],
  );
  const targets = new Map<string, { tagId: number; window: ChunkWindow }>();
  let samples = 0;
  for (const { tagId, startUs, spanS, n } of due) {
    samples += n;
    if (samples > options.maxSamples && targets.size > 0) break;
    const window = windowAt(startUs, spanOf(spanS) < 3_600 ? 3_600 : 86_400);
    targets.set(`${tagId}/${window.startUs}/${window.spanS}`, { tagId, window });
  }
  if (targets.size === 0) return { windows: 0, chunksBefore: 0, chunksAfter: 0 };
  const days = [...targets.values()].map(({ tagId, window }) => ({ tagId, dayUs: windowAt(window.startUs, 86_400).startUs }));
  const distinct = [...new Map(days.map((day) => [`${day.tagId}/${day.dayUs}`, day])).values()];
  const existing = Map.groupBy(await headersOfDays(query, tenant, distinct), ({ tagId }) => tagId);
  const outcome = { windows: targets.size, chunksBefore: 0, chunksAfter: 0 };
  const done: { tagId: number; window: ChunkWindow }[] = [];
  // Days first: an hour inside a day that merges now is merged with it.
  for (const target of [...targets.values()].toSorted((a, b) => b.window.spanS - a.window.spanS)) {
    if (done.some(({ tagId, window }) => tagId === target.tagId && covers(window, target.window.startUs))) continue;
    done.push(target);
    const members = (existing.get(target.tagId) ?? []).filter(({ startUs }) => covers(target.window, startUs));
    outcome.chunksBefore += members.length;
    outcome.chunksAfter += await mergeWindow(query, tenant, target.tagId, target.window, members);
  }
  return outcome;
}

async function mergeWindow(query: Query, tenant: TenantContext, tagId: number, window: ChunkWindow, members: readonly ChunkHeader[]): Promise<number> {
  const stored = (await readChunks(query, tenant, members)).toSorted((a, b) => a.startUs - b.startUs);
  if (stored.length === 0) return 0;
  const columns = resolveSamples(concatColumns(stored.map((chunk) => chunk.columns))).columns;
  await writeRollups(query, tenant, 'rollup_1h', hoursToCompute(columns, members));
  if (columns.tagIds.length > MAX_CHUNK_SAMPLES) {
    await settle(query, tenant, tagId, window);
    return members.length;
  }
  const [only] = members;
  const whole: NewChunk = { tagId, window, columns };
  if (members.length === 1 && only?.spanS === window.spanS) await settle(query, tenant, tagId, window);
  else {
    await deleteChunks(query, tenant, members);
    await writeChunks(query, tenant, [whole]);
  }
  return 1;
}

/** Hours with a chunk below the hour level have no row yet; the others have one that is right. */
function hoursToCompute(columns: SampleColumns, members: readonly ChunkHeader[]): RollupRow[] {
  const hours = new Set(members.filter(({ spanS }) => spanS < 3_600).map(({ startUs }) => windowAt(startUs, 3_600).startUs));
  return [...hours].flatMap((hourUs) => {
    const from = firstAtOrAfter(columns, hourUs, 0, columns.tagIds.length);
    const to = firstAtOrAfter(columns, hourUs + 3_600_000_000, from, columns.tagIds.length);
    return hourRollupsOf(sliceColumns(columns, from, to), 0, to - from);
  });
}

/** Too many samples for one chunk: these stay as they are, hours still get their chance to merge by the day. */
async function settle(query: Query, tenant: TenantContext, tagId: number, window: ChunkWindow): Promise<void> {
  await query(
    `update series.sample_chunk set merge_at_us = null
      where tenant_id = $1::int4 and tag_id = $2::int4 and window_start_us >= $3::int8 and window_start_us < $4::int8`,
    [tenant.tenantId, tagId, window.startUs, window.startUs + (window.spanS === 86_400 ? DAY_US : window.spanS * 1_000_000)],
  );
}
