import { z } from 'zod';
import { stateStretches, TIME_ELEMENTS, unmeasured, type StateMeaning } from '@telltale/yield-analysis';
import type { LineSetup } from '@telltale/plant-registry';
import { isGood, type SampleColumns, type TimeUs } from '@telltale/tag-sample';
import type { ContinuityEntry, LatestSample, TimeRange } from '@telltale/time-series';
import { timeOf } from '../tags/tag-mapping.js';
import { LineStateKind, type LineInterval } from './line.type.js';

const StateMap = z.record(z.string(), z.object({ name: z.string(), element: z.enum(TIME_ELEMENTS) }));

/** Words of OPC 40001-1 that tell the two ways of being idle apart. */
function kindOf({ element, name }: StateMeaning): LineStateKind {
  if (element === 'running') return LineStateKind.PRODUCING;
  if (element === 'setup') return LineStateKind.SETUP;
  if (element === 'planned-stop') return LineStateKind.PLANNED_STOP;
  if (element === 'down') return LineStateKind.FAULT;
  if (element === 'unknown') return LineStateKind.UNKNOWN;
  if (/starv/i.test(name)) return LineStateKind.STARVED;
  return /block/i.test(name) ? LineStateKind.BLOCKED : LineStateKind.STOPPED;
}

export function meaningsOf(setup: LineSetup): ReadonlyMap<number, StateMeaning> {
  return new Map(Object.entries(StateMap.parse(setup.stateMap)).map(([code, meaning]) => [Number(code), meaning]));
}

export interface TimelineInput {
  /** The state that held at the beginning; undefined before the first sample. */
  readonly before: LatestSample | undefined;
  readonly samples: SampleColumns | undefined;
  readonly continuity: readonly ContinuityEntry[];
  /** Measured up to here: nothing is said beyond. */
  readonly untilUs: TimeUs;
}

const valueOf = (value: number, status: number): number | null => (isGood(status) && Number.isFinite(value) ? value : null);

/** States of a line in a range without gaps; UNKNOWN where nothing is known. */
export function timelineOf(setup: LineSetup, range: TimeRange, { before, samples, continuity, untilUs }: TimelineInput): LineInterval[] {
  const meanings = meaningsOf(setup);
  const states = [
    ...(before ? [{ timeUs: before.sourceTimeUs, value: valueOf(before.value, before.status) }] : []),
    ...(samples ? Array.from(samples.values, (value, index) => ({ timeUs: samples.sourceTimesUs[index] ?? 0, value: valueOf(value, samples.statuses[index] ?? 0) })) : []),
  ];
  const end = Math.min(range.toUs, untilUs);
  const known = stateStretches({ states, unmeasured: unmeasured(continuity), untilUs: end, meanings }).filter(({ endUs }) => endUs > range.fromUs);
  const intervals = known.map(({ startUs, endUs, element, name }) => ({
    state: name === null ? LineStateKind.UNKNOWN : kindOf({ element, name }),
    label: name,
    from: timeOf(Math.max(startUs, range.fromUs)),
    to: timeOf(endUs),
  }));
  return fillEnds(intervals, range);
}

function fillEnds(intervals: readonly LineInterval[], { fromUs, toUs }: TimeRange): LineInterval[] {
  const unknown = (from: Date, to: Date): LineInterval[] => (from < to ? [{ state: LineStateKind.UNKNOWN, label: null, from, to }] : []);
  const first = intervals[0]?.from ?? timeOf(toUs);
  const last = intervals.at(-1)?.to ?? timeOf(toUs);
  return [...unknown(timeOf(fromUs), first), ...intervals, ...unknown(last, timeOf(toUs))];
}
