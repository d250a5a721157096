import type { TimeUs } from '@telltale/tag-sample';
import { z } from 'zod';
import { bookmarkAs } from '../bookmark-text.js';
import { TagBook } from '../endpoint/tag-book.js';

/** A stretch of history to be read, persisted in the spool until it is done. */
export const HistoryJob = z.strictObject({
  jobId: z.string(),
  /** Endpoint that owns the tags. */
  endpointId: z.int(),
  /** Endpoint whose server keeps the history. */
  readFrom: z.int(),
  tagIds: z.array(z.int()),
  fromUs: z.number(),
  toUs: z.number(),
  /** Everything before it is in the spool already. */
  cursorUs: z.number(),
  /** Tags recorded up to their time already (TagBook text); earlier samples are known. */
  known: z.string().nullable(),
  /** First live sample of tags after the pause (TagBook text): from there on they are recorded already. */
  liveFrom: z.string().nullable(),
  reason: z.string(),
});
export type HistoryJob = z.infer<typeof HistoryJob>;

export const jobKey = (job: Pick<HistoryJob, 'jobId'>): string => `history/${job.jobId}`;

/** Kept apart from the job, which changes only when a piece is done. */
export const aheadKey = (job: Pick<HistoryJob, 'jobId'>): string => `history-ahead/${job.jobId}`;

/** Per tag, up to where its history is in the spool although the piece is not done. */
export function aheadFrom(bookmarks: ReadonlyMap<string, string>, job: HistoryJob): TagBook {
  const book = new TagBook();
  const saved = bookmarks.get(aheadKey(job));
  if (saved !== undefined) book.restore(saved, 0);
  return book;
}

export function jobsFrom(bookmarks: ReadonlyMap<string, string>): HistoryJob[] {
  const jobs: HistoryJob[] = [];
  for (const [key, value] of bookmarks) {
    if (!key.startsWith('history/')) continue;
    const job = bookmarkAs(HistoryJob, value);
    if (job !== undefined) jobs.push(job);
  }
  return jobs;
}

/** Short stretches first: after an outage the recent hours matter more than last week. */
export function nextJob(jobs: readonly HistoryJob[], readable: (job: HistoryJob) => boolean): HistoryJob | null {
  const length = (job: HistoryJob): number => job.toUs - job.cursorUs;
  return jobs.filter(readable).reduce<HistoryJob | null>((best, job) => (best === null || length(job) < length(best) ? job : best), null);
}

const MIN_CHUNK_US = 60_000_000;
const MAX_CHUNK_US = 24 * 3_600_000_000;
const WANTED_SAMPLES = 400_000;

/** A piece of about 400 000 samples over all tags, at most a day, judged by the last one. Denser ones are no harm: they go into the spool in parts. */
export function nextChunkUs(lastChunkUs: TimeUs | null, lastSamples: number): TimeUs {
  if (lastChunkUs === null) return 3_600_000_000;
  const factor = lastSamples === 0 ? 4 : Math.min(4, WANTED_SAMPLES / lastSamples);
  return Math.round(Math.min(MAX_CHUNK_US, Math.max(MIN_CHUNK_US, lastChunkUs * factor)));
}
