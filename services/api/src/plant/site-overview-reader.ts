import { Injectable } from '@nestjs/common';
import { ShiftCalendar, type ShiftInterval } from '@telltale/plant-calendar';
import { addElements, NO_ELEMENTS } from '@telltale/yield-analysis';
import type { Site as SiteRow } from '@telltale/plant-registry';
import type { TenantContext } from '@telltale/tenancy';
import { PlantData } from '../graphql/plant-data.js';
import type { Loaders } from '../graphql/loaders.js';
import { LeakAlertReader, type LeakAlertFields } from '../leaks/leak-alert-reader.js';
import { LeakAlertState } from '../leaks/leak-alert.type.js';
import { Freshness } from '../tags/freshness.js';
import { microsOf, timeOf } from '../tags/tag-mapping.js';
import { isGood } from '@telltale/tag-sample';
import { figuresOf } from '../yield/yield-mapping.js';
import { YieldStatus, type YieldFigures } from '../yield/yield.type.js';
import { dayCompleteness, plannedSoFarS } from './day-completeness.js';
import type { ShiftWindow } from './shift-window.type.js';
import type { SiteOverview } from './site.type.js';

/** The overview with what its resolvers need to go on. */
export interface OverviewFigures extends SiteOverview {
  readonly worst: LeakAlertFields | null;
}

interface LiveTags {
  readonly live: Pick<SiteOverview, 'tagCount' | 'tagsLive' | 'newestSampleAt'>;
  /** Tags whose latest value is good and not stale. */
  readonly isAlive: ReadonlySet<number>;
}

const windowOf = ({ name, startUs, endUs, productionDay }: ShiftInterval): ShiftWindow => ({ name, start: timeOf(startUs), end: timeOf(endUs), productionDay });

/** A sum with an unknown part is not known. */
const sumOfKnown = (values: readonly (number | null)[]): number | null =>
  values.reduce<number | null>((sum, value) => (sum === null || value === null ? null : sum + value), 0);

const leastOfKnown = (values: readonly (number | null)[]): number | null =>
  values.reduce<number | null>((least, value) => (least === null || value === null ? null : Math.min(least, value)), 1);

/** What a plant manager reads in five seconds. */
@Injectable()
export class SiteOverviewReader {
  constructor(
    private readonly data: PlantData,
    private readonly leaks: LeakAlertReader,
    private readonly freshness: Freshness,
  ) {}

  async read(tenant: TenantContext, site: SiteRow, loaders: Loaders | null): Promise<OverviewFigures> {
    const now = new Date();
    const [{ currency }, open, calendar, { live, isAlive }, runs] = await Promise.all([
      this.data.sites.tenant(tenant),
      this.leaks.open(tenant, site.siteId, loaders),
      this.calendar(tenant, site),
      this.live(tenant, site.siteId, now),
      this.data.pipeRuns.ofSite(tenant, site.siteId),
    ]);
    const current = calendar.shiftAt(microsOf(now));
    const shift = current ? windowOf(current) : null;
    const sensors = await this.data.pipeRuns.sensors(tenant, runs.map(({ pipeRunId }) => pipeRunId));
    const sensed = sensors.length === 0 ? 0 : sensors.filter(({ tagId }) => isAlive.has(tagId)).length / sensors.length;
    // A repaired leak stays an open alert until the repair is proven, but it costs nothing more.
    const losing = open.filter(({ closedAt }) => closedAt === null);
    const amount = sumOfKnown(losing.map(({ loss }) => loss.perHour?.amount ?? null));
    return {
      shift,
      openLeakAlerts: open.length,
      unacknowledgedLeakAlerts: open.filter(({ state }) => state === LeakAlertState.DETECTED).length,
      leakLossKgPerHour: sumOfKnown(losing.map(({ loss }) => loss.kgPerHour)),
      leakLossPerHour: amount === null ? null : { amount, currency },
      leakLossCompleteness: runs.length === 0 ? null : leastOfKnown([sensed, ...open.map(({ loss }) => loss.completeness)]),
      worst: open[0] ?? null,
      today: shift && (await this.today(tenant, site.siteId, calendar, shift.productionDay, now)),
      ...live,
    };
  }

  private async calendar(tenant: TenantContext, site: SiteRow): Promise<ShiftCalendar> {
    return new ShiftCalendar(site.timeZone, await this.data.lines.shiftPatterns(tenant, site.siteId));
  }

  /** Sums of elements over all lines and shifts of the day; ratios only of the sums. */
  private async today(tenant: TenantContext, siteId: number, calendar: ShiftCalendar, productionDay: string, now: Date): Promise<YieldFigures | null> {
    const lines = await this.data.lines.ofSite(tenant, siteId);
    if (lines.length === 0) return null;
    const equipmentIds = lines.map(({ equipment }) => equipment.equipmentId);
    const rows = await this.data.yields.ofDay(tenant, equipmentIds, productionDay);
    const total = rows.reduce((elements, row) => addElements(elements, row.elements), NO_ELEMENTS);
    const allFinal = rows.length > 0 && rows.every(({ status }) => status === 'final');
    const oneTarget = (of: (line: (typeof lines)[number]) => number | null): number | null => {
      const targets = new Set(lines.map(of));
      return targets.size === 1 ? ([...targets][0] ?? null) : null;
    };
    return figuresOf(total, {
      completeness: dayCompleteness(equipmentIds, rows, plannedSoFarS(calendar, productionDay, microsOf(now))),
      status: allFinal ? YieldStatus.FINAL : YieldStatus.PROVISIONAL,
      targetYield: oneTarget(({ setup }) => setup.targetYield),
      targetOee: oneTarget(({ setup }) => setup.targetOee),
    });
  }

  private async live(tenant: TenantContext, siteId: number, now: Date): Promise<LiveTags> {
    const tags = await this.data.tags.ofSite(tenant, siteId);
    const [latest, isFresh] = await Promise.all([this.data.series.latest(tenant, tags.map(({ tagId }) => tagId)), this.freshness.judge(tenant, now)]);
    const known = new Map(tags.map((tag) => [tag.tagId, tag]));
    const alive = latest.filter(({ tagId, status, sourceTimeUs }) => {
      const tag = known.get(tagId);
      return tag !== undefined && isGood(status) && isFresh(tag, sourceTimeUs);
    });
    const newest = latest.reduce((time, { sourceTimeUs }) => Math.max(time, sourceTimeUs), 0);
    return {
      live: { tagCount: tags.length, tagsLive: tags.length === 0 ? 0 : alive.length / tags.length, newestSampleAt: newest === 0 ? null : timeOf(newest) },
      isAlive: new Set(alive.map(({ tagId }) => tagId)),
    };
  }
}
