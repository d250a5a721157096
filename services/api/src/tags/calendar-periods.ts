import { Injectable } from '@nestjs/common';
import { localDays, ShiftCalendar, type Interval } from '@telltale/plant-calendar';
import type { TenantContext } from '@telltale/tenancy';
import type { TimeRange } from '@telltale/time-series';
import { notFound } from '../graphql/api.error.js';
import { PlantData } from '../graphql/plant-data.js';
import { CalendarPeriod } from './calendar.type.js';

export interface NamedPeriod extends Interval {
  /** Null for a day. */
  readonly name: string | null;
  readonly productionDay: string;
}

/** Shifts and days of a plant as its calendar has them now. */
@Injectable()
export class CalendarPeriods {
  constructor(private readonly data: PlantData) {}

  /** Those that touch the range, whole, in order, none over another. */
  async of(tenant: TenantContext, siteId: number, period: CalendarPeriod, { fromUs, toUs }: TimeRange): Promise<readonly NamedPeriod[]> {
    const site = await this.data.sites.site(tenant, siteId);
    if (site === null) throw notFound('site');
    if (period === CalendarPeriod.DAY) return localDays(site.timeZone, fromUs, toUs).map(({ startUs, endUs, day }) => ({ startUs, endUs, name: null, productionDay: day }));
    const calendar = new ShiftCalendar(site.timeZone, await this.data.lines.shiftPatterns(tenant, siteId));
    return withoutOverlaps(calendar.shifts({ startUs: fromUs, endUs: toUs }));
  }
}

/** On the day on which a new pattern begins its first shift may begin before the last one of the old pattern has ended: the new one holds. */
function withoutOverlaps(periods: readonly NamedPeriod[]): readonly NamedPeriod[] {
  return periods.flatMap((period, i) => {
    const endUs = Math.min(period.endUs, periods[i + 1]?.startUs ?? Infinity);
    return endUs > period.startUs ? [{ ...period, endUs }] : [];
  });
}
