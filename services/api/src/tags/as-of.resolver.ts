import { Args, Context, GraphQLISODateTime, ID, Int, Query, Resolver } from '@nestjs/graphql';
import { badArgument, notFound } from '../graphql/api.error.js';
import { pointsFor } from '../graphql/operation-cost.js';
import { PlantData } from '../graphql/plant-data.js';
import type { RequestContext } from '../graphql/request-context.js';
import { Allow, CurrentViewer, EVERY_ROLE } from '../identity/allow.decorator.js';
import type { Viewer } from '../identity/viewer.js';
import { namedTags } from './named-tags.js';
import { rangeOf } from './series.resolver.js';
import { InterpolatedSeries, SampleAsOf } from './series.type.js';
import { statusName } from './status-name.js';
import { microsOf, qualityFor, tagOf, timeOf, valueOf } from './tag-mapping.js';

const MOST_TAGS = 500;
const MOST_VALUES = 20_000;
const DAY_MS = 86_400_000;
/** All samples of a day are read, however few values are asked for: most tags have a few thousand. */
const POINTS_PER_DAY = 100;
const LONGEST_US = 32 * 86_400_000_000;

@Resolver()
export class AsOfResolver {
  constructor(private readonly data: PlantData) {}

  @Query(() => [SampleAsOf], {
    description: 'What each tag had last told at a moment: its last sample of any quality at or before it.',
    complexity: ({ args: { tagIds }, childComplexity }) => (Array.isArray(tagIds) ? tagIds.length + pointsFor(tagIds.length) : 1) + childComplexity,
  })
  @Allow(EVERY_ROLE)
  async samplesAsOf(
    @Args('tagIds', { type: () => [ID] }) tagIds: string[],
    @Args('at', { type: () => GraphQLISODateTime }) at: Date,
    @CurrentViewer() { tenant }: Viewer,
    @Context() context: RequestContext,
  ): Promise<SampleAsOf[]> {
    if (tagIds.length > MOST_TAGS) throw badArgument(`The samples of a moment are given for ${MOST_TAGS} tags at most.`);
    const tags = await namedTags(context, tagIds);
    const found = await this.data.series.asOf(tenant, tags.map(({ tagId }) => tagId), microsOf(at));
    const byTag = new Map(found.map((sample) => [sample.tagId, sample]));
    return tags.map((tag) => {
      const sample = byTag.get(tag.tagId);
      if (sample === undefined) return { tag: tagOf(tag), sample: null };
      const { sourceTimeUs, value, status } = sample;
      return { tag: tagOf(tag), sample: { time: timeOf(sourceTimeUs), value: valueOf(value), quality: qualityFor(status), status: statusName(status) } };
    });
  }

  @Query(() => InterpolatedSeries, {
    description: 'Values of a tag every `stepSeconds` from `from` on, before `to`, as OPC UA Part 13 interpolates them: in straight lines, in steps where the tag is discrete or counts.',
    complexity: ({ args, childComplexity }) => 1 + interpolationPoints(args) + childComplexity,
  })
  @Allow(EVERY_ROLE)
  async interpolatedValues(
    @Args('tagId', { type: () => ID }) tagId: string,
    @Args('from', { type: () => GraphQLISODateTime }) from: Date,
    @Args('to', { type: () => GraphQLISODateTime }) to: Date,
    @Args('stepSeconds', { type: () => Int }) stepSeconds: number,
    @CurrentViewer() { tenant }: Viewer,
    @Context() context: RequestContext,
  ): Promise<InterpolatedSeries> {
    const { fromUs, toUs } = rangeOf(from, to);
    const stepUs = stepSeconds * 1_000_000;
    if (stepSeconds < 1 || (toUs - fromUs) / stepUs > MOST_VALUES) throw badArgument(`\`stepSeconds\` must be 1 or more and give ${MOST_VALUES} values at most.`);
    if (toUs - fromUs > LONGEST_US) throw badArgument('Interpolated values are given for 32 days at most: ask for less time.');
    const [tag] = await namedTags(context, [tagId]);
    if (tag === undefined) throw notFound('tag');
    const times = Array.from({ length: Math.ceil((toUs - fromUs) / stepUs) }, (_, i) => fromUs + i * stepUs);
    const values = await this.data.series.interpolated(tenant, tag.tagId, times, { stepped: tag.kind !== 'analog' });
    return {
      tag: tagOf(tag),
      values: values.map(({ timeUs, value, status, interpolated }) => ({ time: timeOf(timeUs), value: valueOf(value), quality: qualityFor(status), status: statusName(status), interpolated })),
    };
  }
}

/** For what is read, with the day before and after, and for what is answered. */
function interpolationPoints({ from, to, stepSeconds }: Record<string, unknown>): number {
  if (!(from instanceof Date) || !(to instanceof Date)) return 0;
  const ms = Math.max(0, to.getTime() - from.getTime());
  return Math.ceil(ms / DAY_MS + 2) * POINTS_PER_DAY + pointsFor(ms / 1000 / Math.max(1, Number(stepSeconds)));
}
