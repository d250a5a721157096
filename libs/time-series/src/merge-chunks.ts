import { concatColumns } from '@telltale/tag-sample';
import type { TenantContext } from '@telltale/tenancy';
import { piecesOfStretches, type Stretch } from './chunk-pieces.js';
import {
  deleteChunks,
  headersOfDays,
  readChunks,
  writeChunks,
  type ChunkHeader,
  type NewChunk,
} from './chunk-table.js';
import { covers, MAX_CHUNK_SAMPLES, spanOf, windowAt, type ChunkWindow } from './chunk-window.js';
import { rowsOfPieces } from './piece-rows.js';
import { HOUR_US, QUARTER_US, type RollupRows } from './rollup-rows.js';
import { settleHours, type SettledHours } from './rollup-table.js';
import { resolveSamples } from './sample-order.js';
import type { Query } from './series-database.js';
import { settledHours } from './settled-hours.js';

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
export async function mergeChunks(
  query: Query,
  tenant: TenantContext,
  options: { nowUs: number; maxSamples: number },
): Promise<MergeOutcome> {
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
  const days = [...targets.values()].map(({ tagId, window }) => ({
    tagId,
    dayUs: windowAt(window.startUs, 86_400).startUs,
  }));
  const distinct = [...new Map(days.map((day) => [`${day.tagId}/${day.dayUs}`, day])).values()];
  const existing = Map.groupBy(await headersOfDays(query, tenant, distinct), ({ tagId }) => tagId);
  const chosen = withoutCovered([...targets.values()]).map((target) => ({
    ...target,
    members: (existing.get(target.tagId) ?? [])
      .filter(({ startUs }) => covers(target.window, startUs))
      .toSorted((a, b) => a.startUs - b.startUs),
  }));
  const stored = new Map(
    (
      await readChunks(
        query,
        tenant,
        chosen.flatMap(({ members }) => members),
      )
    ).map((chunk) => [`${chunk.tagId}/${chunk.startUs}`, chunk]),
  );
  const plan: MergePlan = { hours: [], stretches: [], replaced: [], merged: [], rewritten: [], settled: [] };
  for (const { tagId, window, members } of chosen) {
    const parts = members.flatMap((member) => {
      const chunk = stored.get(`${tagId}/${member.startUs}`);
      return chunk === undefined || member.retired ? [] : [{ member, chunk }];
    });
    if (parts.length === 0) continue;
    /** Beside samples that were retired or thinned nothing merges any more. */
    const isWhole = !members.some(({ retired }) => retired);
    const { columns } = resolveSamples(concatColumns(parts.map(({ chunk }) => chunk.columns)));
    // Hours with a chunk below the hour level, or from an older release, have no row yet; the others have one that is right.
    const open = parts.filter(({ member, chunk }) => member.spanS < 3_600 || chunk.outdated);
    const hours = [...new Set(open.flatMap(({ member }) => hoursOf(member)))].toSorted((a, b) => a - b);
    if (isWhole) plan.hours.push(settledHours(tagId, columns, hours));
    else plan.stretches.push(...hours.map((hourUs) => ({ tagId, fromUs: hourUs, toUs: hourUs + HOUR_US })));
    const done = !isWhole || (members.length === 1 && members[0]?.spanS === window.spanS);
    if (done || columns.tagIds.length > MAX_CHUNK_SAMPLES) {
      plan.settled.push(...members);
      for (const { member, chunk } of parts) if (chunk.outdated) plan.rewritten.push({ tagId, window: member, columns: chunk.columns });
    } else {
      plan.replaced.push(...members);
      plan.merged.push({ tagId, window, columns });
    }
  }
  await writeChunks(query, tenant, plan.rewritten);
  await settle(query, tenant, plan.settled);
  await deleteChunks(query, tenant, plan.replaced);
  await writeChunks(query, tenant, plan.merged);
  await settleHours(query, tenant, [...plan.hours, ...(await hoursFromMinutes(query, tenant, plan.stretches))]);
  return {
    windows: targets.size,
    chunksBefore: plan.settled.length + plan.replaced.length,
    chunksAfter: plan.settled.length + plan.merged.length,
  };
}

interface MergePlan {
  readonly hours: SettledHours[];
  /** Hours that can be computed from minutes alone. */
  readonly stretches: Stretch[];
  readonly replaced: ChunkHeader[];
  readonly merged: NewChunk[];
  /** Of the settled ones those that an older release wrote. */
  readonly rewritten: NewChunk[];
  /** Too many samples for one chunk, or nothing to merge with: they stay as they are. */
  readonly settled: ChunkHeader[];
}

/** An hour inside a day that merges now is merged with it. */
function withoutCovered<T extends { readonly tagId: number; readonly window: ChunkWindow }>(
  targets: readonly T[],
): T[] {
  const days = new Set(
    targets.filter(({ window }) => window.spanS === 86_400).map(({ tagId, window }) => `${tagId}/${window.startUs}`),
  );
  return targets.filter(
    ({ tagId, window }) => window.spanS === 86_400 || !days.has(`${tagId}/${windowAt(window.startUs, 86_400).startUs}`),
  );
}

function hoursOf(window: ChunkWindow): number[] {
  const first = windowAt(window.startUs, 3_600).startUs;
  return Array.from({ length: Math.max(1, window.spanS / 3_600) }, (_, i) => first + i * HOUR_US);
}

async function hoursFromMinutes(query: Query, tenant: TenantContext, stretches: readonly Stretch[]): Promise<SettledHours[]> {
  const pieces = Map.groupBy(await piecesOfStretches(query, tenant, stretches), ({ tagId }) => tagId);
  return [...Map.groupBy(stretches, ({ tagId }) => tagId)].map(([tagId, own]) => {
    const inOrder = own.toSorted((a, b) => a.fromUs - b.fromUs);
    const rowsOf = (widthUs: number): RollupRows => rowsOfPieces(pieces.get(tagId) ?? [], inOrder, widthUs);
    return { tagId, hours: rowsOf(HOUR_US), quarters: rowsOf(QUARTER_US) };
  });
}

async function settle(query: Query, tenant: TenantContext, chunks: readonly ChunkHeader[]): Promise<void> {
  if (chunks.length === 0) return;
  await query(
    `update series.sample_chunk c set merge_at_us = null from unnest($2::int4[], $3::int8[]) as u(tag_id, start_us)
      where c.tenant_id = $1::int4 and c.tag_id = u.tag_id and c.window_start_us = u.start_us`,
    [tenant.tenantId, chunks.map(({ tagId }) => tagId), chunks.map(({ startUs }) => startUs)],
  );
}
