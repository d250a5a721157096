import { Args, Context, ID, Int, Parent, Query, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import { badArgument, notFound } from '../graphql/api.error.js';
import { fromId } from '../graphql/opaque-id.js';
import { PlantData } from '../graphql/plant-data.js';
import type { RequestContext } from '../graphql/request-context.js';
import { Allow, CurrentViewer, EVERY_ROLE } from '../identity/allow.decorator.js';
import type { Viewer } from '../identity/viewer.js';
import { ChangeHub } from '../live/change-hub.js';
import type { LiveStream } from '../live/live-stream.js';
import { SiteAccess } from '../plant/site-access.js';
import { Freshness } from './freshness.js';
import { latestValueOf, tagOf } from './tag-mapping.js';
import { LatestValue, Tag, TagConnection } from './tag.type.js';

const LARGEST_PAGE = 500;
const MOST_LIVE_TAGS = 2_000;

const cursorOf = (path: string): string => Buffer.from(path, 'utf8').toString('base64url');
const pathOf = (cursor: string): string => Buffer.from(cursor, 'base64url').toString('utf8');

@Resolver(() => Tag)
export class TagResolver {
  constructor(
    private readonly data: PlantData,
    private readonly hub: ChangeHub,
    private readonly access: SiteAccess,
    private readonly freshness: Freshness,
  ) {}

  @Query(() => TagConnection, { description: 'Tags by path. `filter` matches a part of the path, name or description, upper or lower case.', complexity: ({ args: { first }, childComplexity }) => 1 + Number(first) * childComplexity })
  @Allow(EVERY_ROLE)
  async tags(
    @Args('siteId', { type: () => ID }) siteId: string,
    @Args('first', { type: () => Int, defaultValue: 50 }) first: number,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
    @Args('filter', { type: () => String, nullable: true }) filter: string | null,
    @CurrentViewer() { tenant }: Viewer,
  ): Promise<TagConnection> {
    if (first < 1 || first > LARGEST_PAGE) throw badArgument(`\`first\` must be 1 to ${LARGEST_PAGE}.`);
    const site = await this.access.site(tenant, siteId);
    const page = await this.data.tags.page(tenant, site.siteId, {
      first,
      afterPath: after ? pathOf(after) : undefined,
      filter: filter ?? undefined,
    });
    const edges = page.tags.map((tag) => ({ cursor: cursorOf(tag.path), node: tagOf(tag) }));
    return { edges, totalCount: page.total, pageInfo: { hasNextPage: page.hasNextPage, endCursor: edges.at(-1)?.cursor ?? null } };
  }

  @Query(() => Tag, { nullable: true })
  @Allow(EVERY_ROLE)
  async tag(@Args('id', { type: () => ID }) id: string, @Context() { loaders }: RequestContext): Promise<Tag> {
    const tag = await loaders?.tag.load(fromId('tag', id));
    if (!tag) throw notFound('tag');
    return tagOf(tag);
  }

  @ResolveField(() => LatestValue, { nullable: true, description: 'Null before the first sample.' })
  async latest(@Parent() { id }: Tag, @Context() { loaders }: RequestContext): Promise<LatestValue | null> {
    const tagId = fromId('tag', id);
    const [sample, tag, isFresh] = await Promise.all([loaders?.latest.load(tagId), loaders?.tag.load(tagId), loaders?.freshness.load(0)]);
    return sample && tag && isFresh ? latestValueOf(sample, isFresh(tag, sample.sourceTimeUs)) : null;
  }

  @Subscription(() => [LatestValue], {
    description: 'At most one message per second: the latest values of those tags that changed. At most 2000 tags.',
    resolve: (values: LatestValue[]) => values,
  })
  @Allow(EVERY_ROLE)
  async liveValues(
    @Args('tagIds', { type: () => [ID] }) tagIds: string[],
    @CurrentViewer() { tenant }: Viewer,
  ): Promise<LiveStream<LatestValue[]>> {
    if (tagIds.length > MOST_LIVE_TAGS) throw badArgument(`Live values are given for ${MOST_LIVE_TAGS} tags at most.`);
    const wanted = await this.data.tags.byIds(tenant, tagIds.map((id) => fromId('tag', id)));
    const tags = new Map(wanted.map((tag) => [tag.tagId, tag]));
    const known = new Map<number, number>();
    return this.hub.subscribe('samples', tenant.tenantId, async () => {
      const latest = await this.data.series.latest(tenant, [...tags.keys()]);
      const changed = latest.filter(({ tagId, sourceTimeUs }) => known.get(tagId) !== sourceTimeUs);
      for (const { tagId, sourceTimeUs } of changed) known.set(tagId, sourceTimeUs);
      if (changed.length === 0) return [];
      const isFresh = await this.freshness.judge(tenant, new Date());
      return [
        changed.flatMap((sample) => {
          const tag = tags.get(sample.tagId);
          return tag ? [latestValueOf(sample, isFresh(tag, sample.sourceTimeUs))] : [];
        }),
      ];
    });
  }
}

