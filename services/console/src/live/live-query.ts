import { useCallback, useEffect } from 'react';
import { useQuery, type AnyVariables, type CombinedError, type TypedDocumentNode } from 'urql';
import { useLive } from './live-context';
import type { Topic } from './topics';

export interface LiveResult<Data> {
  readonly data: Data | undefined;
  readonly error: CombinedError | undefined;
  readonly loading: boolean;
  readonly refresh: () => void;
}

interface LiveQuery<Data, Variables extends AnyVariables> {
  readonly query: TypedDocumentNode<Data, Variables>;
  readonly variables: Variables;
  readonly pause?: boolean;
  /** Asks again when one of these changed. */
  readonly on?: readonly Topic[];
  /** Asks again so often, for figures that grow with time. */
  readonly everySeconds?: number;
}

/** A query that stays true: it is asked again on changes, after a reconnect and, where wanted, at intervals. */
export function useLiveQuery<Data, Variables extends AnyVariables>(options: LiveQuery<Data, Variables>): LiveResult<Data> {
  const { topics } = useLive();
  const { query, pause = false, on = [], everySeconds } = options;
  const args = { query, variables: options.variables, pause, requestPolicy: 'cache-and-network' as const };
  const [result, execute] = useQuery<Data>(args);
  const refresh = useCallback(() => execute({ requestPolicy: 'network-only' }), [execute]);
  const watched = ['connection', ...on].join(' ');

  useEffect(() => {
    if (pause) return undefined;
    const stops = on.map((topic) => topics.listen(topic, refresh));
    stops.push(topics.listen('connection', refresh));
    return () => stops.forEach((stop) => stop());
    // `on` is written inline by callers: its text is its identity.
  }, [topics, refresh, watched, pause]);

  // An interval without one still heals a page whose first load failed.
  const seconds = everySeconds ?? (result.error ? 5 : 60);
  useEffect(() => {
    if (pause) return undefined;
    const timer = window.setInterval(refresh, seconds * 1000);
    return () => window.clearInterval(timer);
  }, [seconds, refresh, pause]);

  // An answer that is an error as a whole carries null.
  const data = result.data ?? undefined;
  return { data, error: result.error, loading: result.fetching && data === undefined, refresh };
}
