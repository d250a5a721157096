import { Args, Context, GraphQLISODateTime, ID, Int, Query, Resolver } from '@nestjs/graphql';
import type { SampleColumns } from '@telltale/tag-sample';
import { aggregateStatus, bucketObjects, type TimeRange } from '@telltale/time-series';
import { badArgument, notFound } from '../graphql/api.error.js';
import { pointsFor } from '../graphql/operation-cost.js';
import { PlantData } from '../graphql/plant-data.js';
import type { RequestContext } from '../graphql/request-context.js';
import { Allow, CurrentViewer, EVERY_ROLE } from '../identity/allow.decorator.js';
import type { Viewer } from '../identity/viewer.js';
import { namedTags } from './named-tags.js';
import { BucketSeries, Sample, SampleSeries, Thinning } from './series.type.js';
import { statusName } from './status-name.js';
import { continuityOf, microsOf, qualityFor, tagOf, timeOf, valueOf } from './tag-mapping.js';

const MOST_SAMPLES = 20_000;
const MOST_TAGS = 100;
const MOST_BUCKETS = 20_000;
/** Raw samples are read whole before they are thinned. */
const LONGEST_RAW_US = 32 * 86_400_000_000;

const EARLIEST = new Date('1970-01-01T00:00:00Z');
const LATEST = new Date('2200-01-01T00:00:00Z');

export function rangeOf(from: Date, to: Date): TimeRange {
  if (!(from < to)) throw badArgument('`from` must be before `to`: swap them or widen the range.');
  if (from < EARLIEST || to > LATEST) throw badArgument('`from` and `to` must lie between the years 1970 and 2200.');
  return { fromUs: microsOf(from), toUs: microsOf(to) };
}

/** Of each tag its buckets; a request that makes no sense is refused by the resolver. */
function bucketPoints({ tagIds, from, to, bucketSeconds }: Record<string, unknown>): number {
  const tags = Array.isArray(tagIds) ? tagIds.length : 0;
  const seconds = from instanceof Date && to instanceof Date ? (to.getTime() - from.getTime()) / 1000 : 0;
  return tags * (1 + pointsFor(Math.max(0, seconds / Math.max(60, Number(bucketSeconds)))));
}

const THINNINGS = { EXTREMES: 'extremes', TRIANGLES: 'triangles' } as const;

export const samplesOf = (columns: SampleColumns): Sample[] =>
  Array.from(columns.values, (_, index) => ({
    time: timeOf(columns.sourceTimesUs[index] ?? 0),
    value: valueOf(columns.values[index] ?? Number.NaN),
    quality: qualityFor(columns.statuses[index] ?? 0),
    status: statusName(columns.statuses[index] ?? 0),
  }));

@Resolver()
export class SeriesResolver {
  constructor(private readonly data: PlantData) {}

  @Query(() => SampleSeries, {
    description: 'Samples in [from, to), oldest first. More than `max` samples are thinned; those that are not good are kept.',
    complexity: ({ args: { max }, childComplexity }) => 1 + pointsFor(Number(max)) + childComplexity,
  })
  @Allow(EVERY_ROLE)
  async samples(
    @Args('tagId', { type: () => ID }) tagId: string,
    @Args('from', { type: () => GraphQLISODateTime }) from: Date,
    @Args('to', { type: () => GraphQLISODateTime }) to: Date,
    @Args('max', { type: () => Int, defaultValue: 2000 }) max: number,
    @Args('thinning', { type: () => Thinning, defaultValue: Thinning.EXTREMES }) thinning: Thinning,
    @CurrentViewer() { tenant }: Viewer,
    @Context() context: RequestContext,
  ): Promise<SampleSeries> {
    if (max < 4 || max > MOST_SAMPLES) throw badArgument(`\`max\` must be 4 to ${MOST_SAMPLES}.`);
    const range = rangeOf(from, to);
    if (range.toUs - range.fromUs > LONGEST_RAW_US) throw badArgument('Raw samples are given for 32 days at most: ask for buckets, or for less time.');
    const [tag] = await namedTags(context, [tagId]);
    if (tag === undefined) throw notFound('tag');
    const [[curve], continuity, completeness] = await Promise.all([
      this.data.series.curves(tenant, [tag.tagId], range, max, THINNINGS[thinning]),
      this.data.series.continuity(tenant, [tag.tagId], range),
      this.completeness(tenant, tag.tagId, range),
    ]);
    return {
      tag: tagOf(tag),
      samples: curve ? samplesOf(curve.samples) : [],
      continuity: continuity.map(continuityOf),
      completeness,
      thinned: curve !== undefined && curve.samples.values.length < curve.total,
    };
  }

  @Query(() => [BucketSeries], {
    description: 'Aggregates of good samples in [from, to), one series per tag, aligned to the bucket length.',
    complexity: ({ args, childComplexity }) => bucketPoints(args) + childComplexity,
  })
  @Allow(EVERY_ROLE)
  async buckets(
    @Args('tagIds', { type: () => [ID] }) tagIds: string[],
    @Args('from', { type: () => GraphQLISODateTime }) from: Date,
    @Args('to', { type: () => GraphQLISODateTime }) to: Date,
    @Args('bucketSeconds', { type: () => Int }) bucketSeconds: number,
    @CurrentViewer() { tenant }: Viewer,
    @Context() context: RequestContext,
  ): Promise<BucketSeries[]> {
    const range = rangeOf(from, to);
    if (tagIds.length > MOST_TAGS) throw badArgument(`Buckets are given for ${MOST_TAGS} tags at most.`);
    if (bucketSeconds < 60 || bucketSeconds % 60 !== 0) throw badArgument('`bucketSeconds` must be whole minutes, 60 or more.');
    if ((range.toUs - range.fromUs) / (bucketSeconds * 1e6) > MOST_BUCKETS) throw badArgument(`More than ${MOST_BUCKETS} buckets: choose longer ones.`);
    const tags = await namedTags(context, tagIds);
    const tagNumbers = tags.map(({ tagId }) => tagId);
    const [continuity, ofTags] = await Promise.all([
      this.data.series.continuity(tenant, tagNumbers, range),
      this.data.series.bucketsOfTags(tenant, tagNumbers, range, bucketSeconds),
    ]);
    return tags.map((tag, index) => {
      const columns = ofTags[index]?.buckets;
      const buckets = columns === undefined ? [] : bucketObjects(columns);
      const covered = buckets.reduce((sum, bucket) => sum + bucket.completeness * bucketSeconds * 1e6, 0);
      return {
        tag: tagOf(tag),
        bucketSeconds,
        buckets: buckets.map(({ startUs, ...rest }) => ({ start: timeOf(startUs), ...rest, status: statusName(aggregateStatus(rest)) })),
        continuity: continuity.filter(({ tagId }) => tagId === tag.tagId).map(continuityOf),
        completeness: Math.min(1, covered / (range.toUs - range.fromUs)),
      };
    });
  }

  /** From minute buckets, so that a long range costs no more than its rollup. */
  private async completeness(tenant: Viewer['tenant'], tagId: number, range: TimeRange): Promise<number> {
    const length = range.toUs - range.fromUs;
    const bucketSeconds = length > 3 * 86_400_000_000 ? 3600 : 60;
    const buckets = await this.data.series.buckets(tenant, tagId, range, bucketSeconds);
    const covered = buckets.reduce((sum, { completeness }) => sum + completeness * bucketSeconds * 1e6, 0);
    return Math.min(1, covered / length);
  }
}
