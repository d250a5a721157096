import DataLoader from 'dataloader';
import type { Alarm, AlarmTransitionRecord, Detection, PipeRun, PipeSensor, Tag } from '@telltale/plant-registry';
import type { LatestSample } from '@telltale/time-series';
import type { TenantContext } from '@telltale/tenancy';
import { Freshness, type FreshnessJudge } from '../tags/freshness.js';
import { PlantData } from './plant-data.js';

export interface Loaders {
  readonly tag: DataLoader<number, Tag | null>;
  readonly latest: DataLoader<number, LatestSample | null>;
  readonly pipeRun: DataLoader<number, PipeRun | null>;
  readonly sensors: DataLoader<number, readonly PipeSensor[]>;
  readonly detection: DataLoader<number, Detection | null>;
  readonly transitions: DataLoader<number, readonly AlarmTransitionRecord[]>;
  readonly personName: DataLoader<number, string | null>;
  readonly alarm: DataLoader<number, Alarm | null>;
  /** Judged once per request, under key 0. */
  readonly freshness: DataLoader<0, FreshnessJudge>;
}

const one = <T>(keys: readonly number[], rows: readonly T[], keyOf: (row: T) => number): (T | null)[] => {
  const byKey = new Map(rows.map((row) => [keyOf(row), row]));
  return keys.map((key) => byKey.get(key) ?? null);
};

const many = <T>(keys: readonly number[], rows: readonly T[], keyOf: (row: T) => number): (readonly T[])[] => {
  const byKey = Map.groupBy(rows, keyOf);
  return keys.map((key) => byKey.get(key) ?? []);
};

/** One set per request, bound to the viewer's tenant: a key of somebody else loads as null. */
export function createLoaders(data: PlantData, tenant: TenantContext): Loaders {
  return {
    tag: new DataLoader(async (keys) => one(keys, await data.tags.byIds(tenant, keys), ({ tagId }) => tagId)),
    latest: new DataLoader(async (keys) => one(keys, await data.series.latest(tenant, keys), ({ tagId }) => tagId)),
    pipeRun: new DataLoader(async (keys) => one(keys, await data.pipeRuns.byIds(tenant, keys), ({ pipeRunId }) => pipeRunId)),
    sensors: new DataLoader(async (keys) => many(keys, await data.pipeRuns.sensors(tenant, keys), ({ pipeRunId }) => pipeRunId)),
    detection: new DataLoader(async (keys) => one(keys, await data.alarms.detections(tenant, keys), ({ detectionId }) => detectionId)),
    transitions: new DataLoader(async (keys) => many(keys, await data.alarms.transitions(tenant, keys), ({ alarmId }) => alarmId)),
    personName: new DataLoader(async (keys) =>
      one(keys, await data.alarms.people(tenant, keys), ({ userId }) => userId).map((person) => person?.name ?? null),
    ),
    freshness: new DataLoader(async (keys) => {
      const judge = await new Freshness(data).judge(tenant, new Date());
      return keys.map(() => judge);
    }),
    alarm: new DataLoader((keys) => Promise.all(keys.map((key) => data.alarms.alarm(tenant, key)))),
  };
}
