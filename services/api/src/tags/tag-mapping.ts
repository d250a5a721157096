import { qualityOf, type StatusCode, type TimeUs } from '@telltale/tag-sample';
import type { Tag as TagEntity } from '@telltale/plant-registry';
import type { ContinuityEntry as StoredEntry, LatestSample } from '@telltale/time-series';
import { toId } from '../graphql/opaque-id.js';
import { ContinuityEntry, ContinuityKind } from './series.type.js';
import { statusName } from './status-name.js';
import { LatestValue, Quality, TagKind, type Tag } from './tag.type.js';

export const timeOf = (us: TimeUs): Date => new Date(us / 1000);
export const microsOf = (time: Date): TimeUs => time.getTime() * 1000;

const QUALITIES = { good: Quality.GOOD, uncertain: Quality.UNCERTAIN, bad: Quality.BAD } as const;
const KINDS = { analog: TagKind.ANALOG, discrete: TagKind.DISCRETE, counter: TagKind.COUNTER } as const;
const CONTINUITY = {
  gap: ContinuityKind.GAP,
  backfilled: ContinuityKind.BACKFILLED,
  'device-off': ContinuityKind.DEVICE_OFF,
  dropped: ContinuityKind.DROPPED,
} as const;

/** A sample without a newer one for this many scan intervals is stale; never before 15 s, for clocks and ways differ. */
const STALE_SCANS = 3;
const STALE_AT_LEAST_MS = 15_000;

export const valueOf = (value: number): number | null => (Number.isFinite(value) ? value : null);
export const qualityFor = (status: StatusCode): Quality => QUALITIES[qualityOf(status)];

export const isStale = (sourceTimeUs: TimeUs, scanIntervalMs: number, nowUs: TimeUs): boolean =>
  nowUs - sourceTimeUs > Math.max(STALE_AT_LEAST_MS, STALE_SCANS * scanIntervalMs) * 1000;

/** The fields of a tag that its row holds; `latest` is resolved when it is asked for. */
export function tagOf(tag: TagEntity): Tag {
  const { tagId, path, name, unit, kind, rangeLow, rangeHigh, scanIntervalMs } = tag;
  return { id: toId('tag', tagId), path, name, unit, kind: KINDS[kind], rangeLow, rangeHigh, scanIntervalMs };
}

export function latestValueOf(sample: LatestSample, isFresh: boolean): LatestValue {
  return {
    tagId: toId('tag', sample.tagId),
    value: valueOf(sample.value),
    sourceTime: timeOf(sample.sourceTimeUs),
    serverTime: timeOf(sample.serverTimeUs),
    quality: qualityFor(sample.status),
    status: statusName(sample.status),
    stale: !isFresh,
  };
}

export const continuityOf = ({ kind, fromUs, toUs, reason }: StoredEntry): ContinuityEntry => ({
  kind: CONTINUITY[kind],
  from: timeOf(fromUs),
  to: timeOf(toUs),
  reason,
});
