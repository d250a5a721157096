import { Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { fromId } from '../graphql/opaque-id.js';
import type { RequestContext } from '../graphql/request-context.js';
import { TagProblem } from './endpoint-findings.type.js';

@Resolver(() => TagProblem)
export class TagProblemResolver {
  // The tags of all endpoints are loaded at once.
  @ResolveField(() => String, { nullable: true, complexity: 1, description: 'Null when there is no such tag any more.' })
  async tagPath(@Parent() { tagId }: TagProblem, @Context() { loaders }: RequestContext): Promise<string | null> {
    return (await loaders?.tag.load(fromId('tag', tagId)))?.path ?? null;
  }
}
