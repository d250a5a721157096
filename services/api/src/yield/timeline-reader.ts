import { Injectable } from '@nestjs/common';
import type { LineSetup, ProductionLine } from '@telltale/plant-registry';
import type { TimeUs } from '@telltale/tag-sample';
import type { TenantContext } from '@telltale/tenancy';
import type { TimeRange } from '@telltale/time-series';
import { PlantData } from '../graphql/plant-data.js';
import { Freshness } from '../tags/freshness.js';
import { microsOf } from '../tags/tag-mapping.js';
import { timelineOf } from './line-timeline.js';
import type { LineInterval } from './line.type.js';

export interface Timeline {
  /** Without gaps over the range. */
  readonly intervals: LineInterval[];
  /** No state was ever measured up to the end of the range. */
  readonly isEmpty: boolean;
}

const tagIdsOf = ({ stateTagId, goodTagId, rejectTagId, productTagId, speedTagId, energyTagId, materialTagId }: LineSetup): number[] =>
  [stateTagId, goodTagId, rejectTagId, productTagId, speedTagId, energyTagId, materialTagId].filter((tagId) => tagId !== null);

/** Reads what a line did. A state holds until the next one while somebody measures it, and no longer. */
@Injectable()
export class TimelineReader {
  constructor(
    private readonly data: PlantData,
    private readonly freshness: Freshness,
  ) {}

  async read(tenant: TenantContext, { setup }: ProductionLine, range: TimeRange, now: Date): Promise<Timeline> {
    const { stateTagId } = setup;
    if (stateTagId === null) return { intervals: timelineOf(setup, range, { before: undefined, samples: undefined, continuity: [], untilUs: range.fromUs }), isEmpty: true };
    const [[before], [found], continuity, untilUs] = await Promise.all([
      this.data.series.asOf(tenant, [stateTagId], range.fromUs),
      this.data.series.raw(tenant, [stateTagId], range),
      this.data.series.continuity(tenant, [stateTagId], range),
      this.measuredUntil(tenant, setup, stateTagId, now),
    ]);
    const intervals = timelineOf(setup, range, { before, samples: found?.samples, continuity, untilUs });
    return { intervals, isEmpty: before === undefined && (found?.samples.values.length ?? 0) === 0 };
  }

  /** Now, while the state's device speaks; else the newest sample of the line, as the yields have it. */
  private async measuredUntil(tenant: TenantContext, setup: LineSetup, stateTagId: number, now: Date): Promise<TimeUs> {
    const [latest, [tag], isFresh] = await Promise.all([
      this.data.series.latest(tenant, tagIdsOf(setup)),
      this.data.tags.byIds(tenant, [stateTagId]),
      this.freshness.judge(tenant, now),
    ]);
    const state = latest.find(({ tagId }) => tagId === stateTagId);
    const nowUs = microsOf(now);
    if (tag && state && isFresh(tag, state.sourceTimeUs)) return nowUs;
    return Math.min(nowUs, latest.reduce((newest, { sourceTimeUs }) => Math.max(newest, sourceTimeUs), 0));
  }
}
