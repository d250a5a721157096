import { concatColumns, pickColumns, sliceColumns, type SampleColumns } from '@telltale/tag-sample';
import type { TenantContext } from '@telltale/tenancy';
import { deleteBlocks, markDamaged, oldestBlocks, readBlocks, samplesOfBlock } from './block-table.js';
import {
  deleteChunks,
  headersOfDays,
  readChunks,
  writeChunks,
  type ChunkHeader,
  type NewChunk,
} from './chunk-table.js';
import { covers, isOver, planWindows, splitWindow, windowAt, windowEnd, type ChunkWindow } from './chunk-window.js';
import { changedQuarters, lateArrivals, recordLateChanges, type LateArrivals, type LateQuarter } from './late-changes.js';
import { DAY_US, HOUR_US } from './rollup-rows.js';
import { forgetHours, settleHours, storedHours, type SettledHours } from './rollup-table.js';
import { settledHours } from './settled-hours.js';
import { resolveSamples, tagRuns } from './sample-order.js';
import type { Query } from './series-database.js';

export interface FoldOutcome {
  readonly blocks: number;
  readonly samples: number;
  readonly duplicates: number;
  readonly conflicts: number;
  readonly damagedBlocks: number;
  /** Samples that came after the raw samples of their time were retired or thinned: left out. */
  readonly tooLate: number;
  readonly chunksWritten: number;
  /** Blocks are left that this fold could not take with it. */
  readonly more: boolean;
}

const NOTHING: FoldOutcome = { blocks: 0, samples: 0, duplicates: 0, conflicts: 0, damagedBlocks: 0, tooLate: 0, chunksWritten: 0, more: false };
/** Stored samples that are unpacked at a time, so that memory stays bounded however many chunks late data touches. */
const SLICE_SAMPLES = 1_000_000;
const NO_TIMES = new Float64Array();

interface Target {
  readonly tagId: number;
  readonly window: ChunkWindow;
  readonly exists: boolean;
  readonly retired: boolean;
  /** No other chunk holds samples of its hours: those of them that are stored had theirs retired. */
  readonly isAlone: boolean;
  readonly incoming: SampleColumns;
}

/** Moves blocks into chunks and rollups, in the caller's transaction. The caller holds the tenant's compaction lock. */
export async function foldBlocks(
  query: Query,
  tenant: TenantContext,
  options: { untilUs: number; nowUs: number; maxSamples: number },
): Promise<FoldOutcome> {
  const { blocks: headers, more } = await oldestBlocks(query, tenant, options.untilUs, options.maxSamples);
  if (headers.length === 0) return NOTHING;
  const blocks = (await readBlocks(query, tenant, headers)).map((block) => ({
    ...block,
    columns: samplesOfBlock(block.data),
  }));
  const damaged = blocks.filter(({ columns }) => columns === undefined);
  const readable = blocks.flatMap(({ columns, appendedAtUs }) => (columns === undefined ? [] : { columns, appendedAtUs }));
  const incoming = resolveSamples(concatColumns(readable.map(({ columns }) => columns)));
  const arrivals = lateArrivals(readable);
  const outcome = { samples: 0, duplicates: incoming.duplicates, conflicts: incoming.conflicts, tooLate: 0, chunksWritten: 0 };
  for (const slice of slicesOf(await planTargets(query, tenant, incoming.columns, options.nowUs))) {
    const done = await foldSlice(
      query,
      tenant,
      slice.map(({ target }) => target),
      arrivals,
    );
    outcome.samples += done.samples;
    outcome.duplicates += done.duplicates;
    outcome.conflicts += done.conflicts;
    outcome.chunksWritten += done.chunksWritten;
    outcome.tooLate += done.tooLate;
  }
  await markDamaged(query, tenant, damaged);
  await deleteBlocks(
    query,
    tenant,
    blocks.filter(({ columns }) => columns !== undefined),
  );
  return { ...outcome, blocks: blocks.length, damagedBlocks: damaged.length, more };
}

async function planTargets(
  query: Query,
  tenant: TenantContext,
  columns: SampleColumns,
  nowUs: number,
): Promise<{ target: Target; load: number }[]> {
  const runs = tagRuns(columns);
  const days = runs.flatMap(({ tagId, from, to }) =>
    daysOf(columns.sourceTimesUs.subarray(from, to)).map((dayUs) => ({ tagId, dayUs })),
  );
  const existing = Map.groupBy(await headersOfDays(query, tenant, days), ({ tagId }) => tagId);
  return runs.flatMap(({ tagId, from, to }) => {
    const known = existing.get(tagId) ?? [];
    return planWindows(columns.sourceTimesUs.subarray(from, to), known, nowUs).map((piece) => {
      const stored = known.find((header: ChunkHeader) => header.startUs === piece.window.startUs);
      const target: Target = {
        tagId,
        window: piece.window,
        exists: stored !== undefined,
        retired: stored?.retired ?? false,
        isAlone: isAlone(piece.window, known, nowUs),
        incoming: sliceColumns(columns, from + piece.from, from + piece.to),
      };
      return { target, load: target.incoming.tagIds.length + (stored?.n ?? 0) };
    });
  });
}

/** Hours that are not over have nothing retired; of the others a chunk of an hour holds all of it, one of a day what was not retired. */
function isAlone(window: ChunkWindow, known: readonly ChunkWindow[], nowUs: number): boolean {
  const whole = window.spanS < 3_600 ? windowAt(window.startUs, 3_600) : window;
  return isOver(windowEnd(whole), nowUs) && !known.some(({ startUs, spanS }) => covers(whole, startUs) && spanS < 86_400);
}

async function foldSlice(query: Query, tenant: TenantContext, targets: readonly Target[], arrivals: LateArrivals) {
  const stored = await readChunks(
    query,
    tenant,
    targets.filter(({ exists }) => exists).map(({ tagId, window }) => ({ tagId, startUs: window.startUs })),
  );
  const closed = await storedHours(query, tenant, distinctDays(targets));
  const storedByKey = new Map(stored.map((chunk) => [`${chunk.tagId}/${chunk.startUs}`, chunk.columns]));
  const chunks: NewChunk[] = [];
  const replaced: { tagId: number; startUs: number }[] = [];
  const settled: SettledHours[] = [];
  const stale: { tagId: number; timeUs: number }[] = [];
  const late: LateQuarter[] = [];
  const counts = { samples: 0, duplicates: 0, conflicts: 0, tooLate: 0 };
  for (const { tagId, window, isAlone, incoming: came, retired } of targets) {
    const before = storedByKey.get(`${tagId}/${window.startUs}`);
    // Hours that are stored without a sample: their minutes were retired, what comes now can't be added to them.
    const incoming = isAlone ? withoutHours(came, closed, bucketsOf(before?.sourceTimesUs ?? NO_TIMES, HOUR_US)) : came;
    if (retired || incoming.tagIds.length === 0) {
      counts.tooLate += came.tagIds.length;
      continue;
    }
    counts.tooLate += came.tagIds.length - incoming.tagIds.length;
    const merged =
      before === undefined
        ? { columns: incoming, duplicates: 0, conflicts: 0 }
        : resolveSamples(concatColumns([before, incoming]));
    const added = merged.columns.tagIds.length - (before?.tagIds.length ?? 0);
    counts.samples += added;
    counts.duplicates += merged.duplicates;
    counts.conflicts += merged.conflicts;
    const pieces = splitWindow(window, merged.columns.sourceTimesUs);
    if (before !== undefined && pieces.length > 1) replaced.push({ tagId, startUs: window.startUs });
    for (const piece of pieces)
      chunks.push({ tagId, window: piece.window, columns: sliceColumns(merged.columns, piece.from, piece.to) });
    // Replays that history knows already change no rollup.
    if (added === 0 && merged.conflicts === 0) continue;
    late.push(...changedQuarters(tagId, before, incoming, merged.columns, arrivals));
    const touched = bucketsOf(incoming.sourceTimesUs, HOUR_US);
    if (window.spanS >= 3_600) settled.push(settledHours(tagId, merged.columns, touched));
    else stale.push(...touched.map((timeUs) => ({ tagId, timeUs })));
  }
  await deleteChunks(query, tenant, replaced);
  await writeChunks(query, tenant, chunks);
  await settleHours(query, tenant, settled);
  await forgetHours(query, tenant, stale);
  await recordLateChanges(query, tenant, late);
  return { ...counts, chunksWritten: chunks.length };
}

/** Days of windows that may hold closed hours. */
function distinctDays(targets: readonly Target[]): { tagId: number; dayUs: number }[] {
  const days = new Map<string, { tagId: number; dayUs: number }>();
  for (const { tagId, window, isAlone } of targets) {
    const dayUs = Math.floor(window.startUs / DAY_US) * DAY_US;
    if (isAlone) days.set(`${tagId}/${dayUs}`, { tagId, dayUs });
  }
  return [...days.values()];
}

function withoutHours(columns: SampleColumns, closed: ReadonlySet<string>, heldUs: readonly number[]): SampleColumns {
  if (closed.size === 0) return columns;
  const held = new Set(heldUs);
  const open: number[] = [];
  for (let i = 0; i < columns.tagIds.length; i++) {
    const hourUs = Math.floor((columns.sourceTimesUs[i] ?? 0) / HOUR_US) * HOUR_US;
    if (held.has(hourUs) || !closed.has(`${columns.tagIds[i]}/${hourUs}`)) open.push(i);
  }
  return open.length === columns.tagIds.length ? columns : pickColumns(columns, open);
}

function bucketsOf(times: Float64Array, widthUs: number): number[] {
  const buckets: number[] = [];
  for (const time of times) {
    const bucket = Math.floor(time / widthUs) * widthUs;
    if (buckets.at(-1) !== bucket) buckets.push(bucket);
  }
  return buckets;
}

const daysOf = (times: Float64Array): number[] => bucketsOf(times, DAY_US);

function slicesOf<T extends { readonly load: number }>(targets: readonly T[]): T[][] {
  const slices: T[][] = [];
  let load = Infinity;
  for (const target of targets) {
    if (load + target.load > SLICE_SAMPLES) {
      slices.push([]);
      load = 0;
    }
    slices.at(-1)?.push(target);
    load += target.load;
  }
  return slices;
}
