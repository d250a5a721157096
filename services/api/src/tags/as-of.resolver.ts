import { Args, Context, GraphQLISODateTime, ID, Query, Resolver } from '@nestjs/graphql';
import { badArgument, notFound } from '../graphql/api.error.js';
import { pointsFor } from '../graphql/operation-cost.js';
import { fromId } from '../graphql/opaque-id.js';
import { PlantData } from '../graphql/plant-data.js';
import type { RequestContext } from '../graphql/request-context.js';
import { Allow, CurrentViewer, EVERY_ROLE } from '../identity/allow.decorator.js';
import type { Viewer } from '../identity/viewer.js';
import { SampleAsOf } from './series.type.js';
import { statusName } from './status-name.js';
import { microsOf, qualityFor, tagOf, timeOf, valueOf } from './tag-mapping.js';

const MOST_TAGS = 500;

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
    @Context() { loaders }: RequestContext,
  ): Promise<SampleAsOf[]> {
    if (tagIds.length > MOST_TAGS) throw badArgument(`The samples of a moment are given for ${MOST_TAGS} tags at most.`);
    const tags = await Promise.all(tagIds.map(async (id) => (await loaders?.tag.load(fromId('tag', id))) ?? null));
    const known = tags.filter((tag) => tag !== null);
    if (known.length < tags.length) throw notFound('tag');
    const found = await this.data.series.asOf(tenant, known.map(({ tagId }) => tagId), microsOf(at));
    const byTag = new Map(found.map((sample) => [sample.tagId, sample]));
    return known.map((tag) => {
      const sample = byTag.get(tag.tagId);
      if (sample === undefined) return { tag: tagOf(tag), sample: null };
      const { sourceTimeUs, value, status } = sample;
      return { tag: tagOf(tag), sample: { time: timeOf(sourceTimeUs), value: valueOf(value), quality: qualityFor(status), status: statusName(status) } };
    });
  }
}
