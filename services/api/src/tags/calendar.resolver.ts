import { Args, Context, GraphQLISODateTime, ID, Query, Resolver } from '@nestjs/graphql';
import type { Tag as TagEntity } from '@telltale/plant-registry';
import type { TenantContext } from '@telltale/tenancy';
import { aggregateStatus, type IntervalSummary, type TimeRange } from '@telltale/time-series';
import { badArgument } from '../graphql/api.error.js';
import { pointsFor } from '../graphql/operation-cost.js';
import { toId } from '../graphql/opaque-id.js';
import { PlantData } from '../graphql/plant-data.js';
import type { RequestContext } from '../graphql/request-context.js';
import { Allow, CurrentViewer, EVERY_ROLE } from '../identity/allow.decorator.js';
import type { Viewer } from '../identity/viewer.js';
import { CalendarPeriods, type NamedPeriod } from './calendar-periods.js';
import { CalendarPeriod, CalendarSeries, type CalendarBucket } from './calendar.type.js';
import { namedTags } from './named-tags.js';
import { rangeOf } from './series.resolver.js';
import { statusName } from './status-name.js';
import { continuityOf, tagOf, timeOf } from './tag-mapping.js';

const MOST_TAGS = 100;
const DAY_MS = 86_400_000;
const LONGEST_DAYS = 3 * 366;
/** So many hours are read for each shift or day. */
const HOURS = 24;

/** Of each tag its days, or about three shifts a day; each is the sum of its hours. */
function calendarPoints({ tagIds, from, to, period }: Record<string, unknown>): number {
  const tags = Array.isArray(tagIds) ? tagIds.length : 0;
  const days = from instanceof Date && to instanceof Date ? Math.max(0, to.getTime() - from.getTime()) / DAY_MS : 0;
  return tags * (1 + pointsFor(days * (HOURS + (period === CalendarPeriod.SHIFT ? 3 : 1))));
}

@Resolver()
export class CalendarResolver {
  constructor(
    private readonly data: PlantData,
    private readonly periods: CalendarPeriods,
  ) {}

  @Query(() => [CalendarSeries], {
    description: 'Aggregates of good samples per shift or day of the plant, those whole that touch [from, to); one series per tag.',
    complexity: ({ args, childComplexity }) => calendarPoints(args) + childComplexity,
  })
  @Allow(EVERY_ROLE)
  async calendarBuckets(
    @Args('tagIds', { type: () => [ID] }) tagIds: string[],
    @Args('from', { type: () => GraphQLISODateTime }) from: Date,
    @Args('to', { type: () => GraphQLISODateTime }) to: Date,
    @Args('period', { type: () => CalendarPeriod, defaultValue: CalendarPeriod.DAY }) period: CalendarPeriod,
    @CurrentViewer() { tenant }: Viewer,
    @Context() context: RequestContext,
  ): Promise<CalendarSeries[]> {
    const range = rangeOf(from, to);
    if (tagIds.length > MOST_TAGS) throw badArgument(`Shifts and days are given for ${MOST_TAGS} tags at most.`);
    if (to.getTime() - from.getTime() > LONGEST_DAYS * DAY_MS) throw badArgument('Shifts and days are given for three years at most: ask for less time.');
    const tags = await namedTags(context, tagIds);
    const found = new Map<string, CalendarSeries>();
    for (const [siteId, own] of Map.groupBy(tags, (tag) => tag.siteId)) {
      const intervals = await this.periods.of(tenant, siteId, period, range);
      for (const series of await this.ofSite(tenant, own, period, intervals)) found.set(series.tag.id, series);
    }
    return tags.flatMap(({ tagId }) => found.get(toId('tag', tagId)) ?? []);
  }

  private async ofSite(tenant: TenantContext, tags: readonly TagEntity[], period: CalendarPeriod, intervals: readonly NamedPeriod[]): Promise<CalendarSeries[]> {
    const tagIds = tags.map(({ tagId }) => tagId);
    const [first, last] = [intervals[0], intervals.at(-1)];
    const whole: TimeRange = { fromUs: first?.startUs ?? 0, toUs: last?.endUs ?? 0 };
    const [summaries, continuity] = await Promise.all([
      this.data.series.summaries(tenant, tagIds, intervals.map(({ startUs, endUs }) => ({ fromUs: startUs, toUs: endUs }))),
      this.data.series.continuity(tenant, tagIds, whole),
    ]);
    const length = intervals.reduce((sum, { startUs, endUs }) => sum + endUs - startUs, 0);
    return tags.map((tag, index) => {
      const own = summaries[index]?.summaries ?? [];
      const covered = own.reduce((sum, { completeness, startUs, endUs }) => sum + completeness * (endUs - startUs), 0);
      return {
        tag: tagOf(tag),
        period,
        buckets: own.map((summary, i) => bucketOf(summary, intervals[i])),
        continuity: continuity.filter(({ tagId }) => tagId === tag.tagId).map(continuityOf),
        completeness: length === 0 ? 0 : Math.min(1, covered / length),
      };
    });
  }
}

const bucketOf = ({ startUs, endUs, revisedAtUs, ...rest }: IntervalSummary, named: NamedPeriod | undefined): CalendarBucket => ({
  ...rest,
  start: timeOf(startUs),
  end: timeOf(endUs),
  name: named?.name ?? null,
  productionDay: named?.productionDay ?? '',
  status: statusName(aggregateStatus(rest)),
  revisedAt: revisedAtUs === null ? null : timeOf(revisedAtUs),
});
