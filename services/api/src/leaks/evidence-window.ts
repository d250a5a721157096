import { badArgument } from '../graphql/api.error.js';

const HOUR_MS = 3_600_000;
/** A longer stretch tells no more about a leak, and costs as much as the whole plant. */
const LONGEST_MS = 32 * 24 * HOUR_MS;
/** Samples as they are up to here; means of buckets beyond. */
const LONGEST_RAW_MS = 6 * HOUR_MS;
const POINTS = 600;
const BUCKETS_S = [60, 120, 300, 600, 900, 1800, 3600, 7200] as const;

export interface EvidenceWindow {
  readonly from: Date;
  readonly to: Date;
  /** Null: every sample. */
  readonly bucketSeconds: number | null;
}

export interface EvidenceTimes {
  readonly onsetAt: Date;
  readonly closedAt: Date | null;
}

const latest = (...times: readonly number[]): Date => new Date(Math.max(...times));
const earliest = (...times: readonly number[]): Date => new Date(Math.min(...times));

/**
 * What is shown of a leak: from one hour before its onset until now, or one hour after its end. Of more than 32 days the last ones.
 * Throws BAD_ARGUMENT where the wanted times make no stretch of the past.
 */
export function evidenceWindow({ onsetAt, closedAt }: EvidenceTimes, wanted: { readonly from: Date | null; readonly to: Date | null }, now: Date): EvidenceWindow {
  const end = closedAt === null ? now : earliest(now.getTime(), closedAt.getTime() + HOUR_MS);
  const to = wanted.to ?? (wanted.from === null ? end : latest(end.getTime(), earliest(now.getTime(), wanted.from.getTime() + HOUR_MS).getTime()));
  const from = wanted.from ?? earliest(onsetAt.getTime() - HOUR_MS, to.getTime() - HOUR_MS);
  if (!(from < to)) throw badArgument('`from` must be before `to`: swap them or widen the range.');
  if (from >= now) throw badArgument('`from` lies in the future: there is no evidence yet. Ask for the past.');
  const until = earliest(to.getTime(), now.getTime() + HOUR_MS);
  const since = latest(from.getTime(), until.getTime() - LONGEST_MS);
  return { from: since, to: until, bucketSeconds: bucketSecondsFor(until.getTime() - since.getTime()) };
}

function bucketSecondsFor(lengthMs: number): number | null {
  if (lengthMs <= LONGEST_RAW_MS) return null;
  return BUCKETS_S.find((seconds) => lengthMs / 1000 / seconds <= POINTS) ?? 7200;
}
