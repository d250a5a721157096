import type { Tag } from '@telltale/plant-registry';
import { notFound } from '../graphql/api.error.js';
import { fromId } from '../graphql/opaque-id.js';
import type { RequestContext } from '../graphql/request-context.js';

/** The tags of these ids, in their order. Throws NOT_FOUND when one is not the caller's. */
export const namedTags = ({ loaders }: RequestContext, ids: readonly string[]): Promise<readonly Tag[]> =>
  Promise.all(
    ids.map(async (id) => {
      const tag = await loaders?.tag.load(fromId('tag', id));
      if (!tag) throw notFound('tag');
      return tag;
    }),
  );
