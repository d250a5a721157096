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
    const [{ currency }, open, shift, { live, isAlive }, runs] = await Promise.all([
      this.data.sites.tenant(tenant),
      this.leaks.open(tenant, site.siteId, loaders),
      this.shiftAt(tenant, site, now),
      this.live(tenant, site.siteId, now),
      this.data.pipeRuns.ofSite(tenant, site.siteId),
    ]);
    const sensors = await this.data.pipeRuns.sensors(tenant, runs.map(({ pipeRunId }) => pipeRunId));
    const sensed = sensors.length === 0 ? 0 : sensors.filter(({ tagId }) => isAlive.has(tagId)).length / sensors.length;
    // A repaired leak stays an open alert until the repair is proven, but it costs nothing more.
    const sum = (of: (alert: LeakAlertFields) => number): number => open.filter(({ closedAt }) => closedAt === null).reduce((total, alert) => total + of(alert), 0);
    return {
      shift,
      openLeakAlerts: open.length,
      unacknowledgedLeakAlerts: open.filter(({ state }) => state === LeakAlertState.DETECTED).length,
      leakLossKgPerHour: sum(({ loss }) => loss.kgPerHour),
      leakLossPerHour: { amount: sum(({ loss }) => loss.perHour.amount), currency },
      leakLossCompleteness: runs.length === 0 ? null : Math.min(sensed, ...open.map(({ loss }) => loss.completeness)),
      worst: open[0] ?? null,
      today: shift && (await this.today(tenant, site.siteId, shift.productionDay)),
      ...live,
    };
  }

  private async shiftAt(tenant: TenantContext, site: SiteRow, now: Date): Promise<ShiftWindow | null> {
    const patterns = await this.data.lines.shiftPatterns(tenant, site.siteId);
    const shift = new ShiftCalendar(site.timeZone, patterns).shiftAt(microsOf(now));
    return shift ? windowOf(shift) : null;
  }

  /** Sums of elements over all lines and shifts of the day; ratios only of the sums. */
  private async today(tenant: TenantContext, siteId: number, productionDay: string): Promise<YieldFigures | null> {
    const lines = await this.data.lines.ofSite(tenant, siteId);
    const rows = await this.data.yields.ofDay(tenant, lines.map(({ equipment }) => equipment.equipmentId), productionDay);
    if (rows.length === 0) return null;
    const total = rows.reduce((elements, row) => addElements(elements, row.elements), NO_ELEMENTS);
    const allFinal = rows.every(({ status }) => status === 'final');
    const oneTarget = (of: (line: (typeof lines)[number]) => number | null): number | null => {
      const targets = new Set(lines.map(of));
      return targets.size === 1 ? ([...targets][0] ?? null) : null;
    };
    return figuresOf(total, {
      completeness: total.pbtS === 0 ? 1 : rows.reduce((sum, { completeness, elements }) => sum + completeness * elements.pbtS, 0) / total.pbtS,
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
