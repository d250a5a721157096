import { Args, GraphQLISODateTime, ID, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { ProductionLine } from '@telltale/plant-registry';
import type { TenantContext } from '@telltale/tenancy';
import { badArgument, notFound } from '../graphql/api.error.js';
import { fromId } from '../graphql/opaque-id.js';
import { PlantData } from '../graphql/plant-data.js';
import { Allow, CurrentViewer, EVERY_ROLE } from '../identity/allow.decorator.js';
import type { Viewer } from '../identity/viewer.js';
import { rangeOf } from '../tags/series.resolver.js';
import { lineOf } from './line-mapping.js';
import { Line, LineInterval } from './line.type.js';
import { TimelineReader } from './timeline-reader.js';
import { ShiftYieldReader } from './shift-yield-reader.js';
import { ShiftYield } from './yield.type.js';
import type { ShiftYieldFields } from './yield-mapping.js';

const HOUR_MS = 3_600_000;
const LONGEST_TIMELINE_US = 32 * 24 * HOUR_MS * 1000;

/** Three shifts a day, or so. */
function shiftsIn({ from, to }: Record<string, unknown>): number {
  const days = from instanceof Date && to instanceof Date ? (to.getTime() - from.getTime()) / (24 * HOUR_MS) : 0;
  return 1 + Math.ceil(3 * Math.max(0, days));
}

@Resolver(() => Line)
export class LineResolver {
  constructor(
    private readonly data: PlantData,
    private readonly yields: ShiftYieldReader,
    private readonly timelines: TimelineReader,
  ) {}

  @Query(() => Line, { nullable: true, description: 'A production line.' })
  @Allow(EVERY_ROLE)
  async line(@Args('id', { type: () => ID }) id: string, @CurrentViewer() { tenant }: Viewer): Promise<Line> {
    return lineOf(await this.production(tenant, id));
  }

  @ResolveField(() => LineInterval, { nullable: true, description: 'What the line does now: UNKNOWN since its gateway fell silent. Null before the first sample.' })
  async currentState(@Parent() { id }: Line, @CurrentViewer() { tenant }: Viewer): Promise<LineInterval | null> {
    const line = await this.production(tenant, id);
    const now = new Date();
    const { intervals, isEmpty } = await this.timelines.read(tenant, line, rangeOf(new Date(now.getTime() - 12 * HOUR_MS), now), now);
    return isEmpty ? null : (intervals.at(-1) ?? null);
  }

  @ResolveField(() => ShiftYield, { nullable: true, description: 'The current shift, all products; null when no shift is running or nothing is computed yet.' })
  async currentShift(@Parent() { id }: Line, @CurrentViewer() { tenant }: Viewer): Promise<ShiftYieldFields | null> {
    return this.yields.current(tenant, await this.production(tenant, id), new Date());
  }

  @ResolveField(() => [ShiftYield], { description: 'Shifts that start in [from, to), newest first, all products. With `asOf`: as they were known at that time.', complexity: ({ args, childComplexity }) => shiftsIn(args) * (1 + childComplexity) })
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
    return (await this.timelines.read(tenant, await this.production(tenant, id), range, new Date())).intervals;
  }

  private async production(tenant: TenantContext, id: string): Promise<ProductionLine> {
    const line = await this.data.lines.byId(tenant, fromId('equipment', id));
    if (line === null) throw notFound('line');
    return line;
  }
}
