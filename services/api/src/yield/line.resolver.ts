import { Args, GraphQLISODateTime, ID, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { ProductionLine } from '@telltale/plant-registry';
import type { TenantContext } from '@telltale/tenancy';
import type { TimeRange } from '@telltale/time-series';
import { badArgument, notFound } from '../graphql/api.error.js';
import { fromId } from '../graphql/opaque-id.js';
import { PlantData } from '../graphql/plant-data.js';
import { Allow, CurrentViewer, EVERY_ROLE } from '../identity/allow.decorator.js';
import type { Viewer } from '../identity/viewer.js';
import { rangeOf } from '../tags/series.resolver.js';
import { microsOf } from '../tags/tag-mapping.js';
import { lineOf } from './line-mapping.js';
import { timelineOf } from './line-timeline.js';
import { Line, LineInterval } from './line.type.js';
import { ShiftYieldReader } from './shift-yield-reader.js';
import { ShiftYield } from './yield.type.js';
import type { ShiftYieldFields } from './yield-mapping.js';

const HOUR_MS = 3_600_000;
const LONGEST_TIMELINE_US = 32 * 24 * HOUR_MS * 1000;

@Resolver(() => Line)
export class LineResolver {
  constructor(
    private readonly data: PlantData,
    private readonly yields: ShiftYieldReader,
  ) {}

  @Query(() => Line, { nullable: true, description: 'A production line.' })
  @Allow(EVERY_ROLE)
  async line(@Args('id', { type: () => ID }) id: string, @CurrentViewer() { tenant }: Viewer): Promise<Line> {
    return lineOf(await this.production(tenant, id));
  }

  @ResolveField(() => LineInterval, { nullable: true, description: 'What the line does now; null before the first sample.' })
  async currentState(@Parent() { id }: Line, @CurrentViewer() { tenant }: Viewer): Promise<LineInterval | null> {
    const line = await this.production(tenant, id);
    const now = new Date();
    const intervals = await this.states(tenant, line, rangeOf(new Date(now.getTime() - 12 * HOUR_MS), now));
    const known = intervals.findLast(({ label }) => label !== null);
    return known ?? null;
  }

  @ResolveField(() => ShiftYield, { nullable: true, description: 'The current shift, all products; null when no shift is running or nothing is computed yet.' })
  async currentShift(@Parent() { id }: Line, @CurrentViewer() { tenant }: Viewer): Promise<ShiftYieldFields | null> {
    return this.yields.current(tenant, await this.production(tenant, id), new Date());
  }

  @ResolveField(() => [ShiftYield], { description: 'Shifts that start in [from, to), newest first, all products. With `asOf`: as they were known at that time.' })
  async shifts(
    @Parent() { id }: Line,
    @Args('from', { type: () => GraphQLISODateTime }) from: Date,
    @Args('to', { type: () => GraphQLISODateTime }) to: Date,
    @Args('asOf', { type: () => GraphQLISODateTime, nullable: true }) asOf: Date | null,
    @CurrentViewer() { tenant }: Viewer,
  ): Promise<ShiftYieldFields[]> {
    rangeOf(from, to);
    return this.yields.shifts(tenant, await this.production(tenant, id), { from, to }, asOf);
  }

  @ResolveField(() => [LineInterval], { description: 'Without gaps from `from` to `to`; UNKNOWN where nothing is known.' })
  async timeline(
    @Parent() { id }: Line,
    @Args('from', { type: () => GraphQLISODateTime }) from: Date,
    @Args('to', { type: () => GraphQLISODateTime }) to: Date,
    @CurrentViewer() { tenant }: Viewer,
  ): Promise<LineInterval[]> {
    const range = rangeOf(from, to);
    if (range.toUs - range.fromUs > LONGEST_TIMELINE_US) throw badArgument('A timeline has 32 days at most.');
    return this.states(tenant, await this.production(tenant, id), range);
  }

  private async production(tenant: TenantContext, id: string): Promise<ProductionLine> {
    const line = await this.data.lines.byId(tenant, fromId('equipment', id));
    if (line === null) throw notFound('line');
    return line;
  }

  private async states(tenant: TenantContext, { setup }: ProductionLine, range: TimeRange): Promise<LineInterval[]> {
    if (setup.stateTagId === null) return timelineOf(setup, range, { before: undefined, samples: undefined, continuity: [], untilUs: range.fromUs });
    const tagIds = [setup.stateTagId];
    const [[before], [found], continuity] = await Promise.all([
      this.data.series.asOf(tenant, tagIds, range.fromUs),
      this.data.series.raw(tenant, tagIds, range),
      this.data.series.continuity(tenant, tagIds, range),
    ]);
    return timelineOf(setup, range, { before, samples: found?.samples, continuity, untilUs: microsOf(new Date()) });
  }
}
