import { createLoaders, type Loaders } from '../graphql/loaders.js';
import type { PlantData } from '../graphql/plant-data.js';
import type { RequestContext } from '../graphql/request-context.js';
import type { FollowedSession } from '../identity/followed-session.js';
import type { Viewer } from '../identity/viewer.js';

export interface LiveSession {
  readonly session: FollowedSession;
  readonly sessionToken: string;
  readonly remoteAddress: string;
  readonly data: PlantData;
}

/** What resolvers share while a subscription starts, or while one of its events is worked out: never longer. */
export class LiveContext implements RequestContext {
  readonly loaders: Loaders;
  readonly remoteAddress: string;
  readonly sessionToken: string;

  constructor(
    private readonly of: LiveSession,
    readonly viewer: Viewer,
  ) {
    this.loaders = createLoaders(of.data, viewer.tenant);
    this.remoteAddress = of.remoteAddress;
    this.sessionToken = of.sessionToken;
  }

  forEvent(viewer: Viewer): LiveContext {
    return new LiveContext(this.of, viewer);
  }
}
