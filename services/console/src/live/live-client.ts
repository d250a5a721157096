import { cacheExchange, Client, fetchExchange, mapExchange, subscriptionExchange } from 'urql';
import { createClient, type Client as SocketClient } from 'graphql-ws';
import { ConnectionStore } from './connection-state';
import { TopicBoard } from './topics';

const HEARTBEAT_MS = 10_000;
const ANSWER_WITHIN_MS = 5_000;
const LONGEST_WAIT_MS = 10_000;

/** Everything one signed-in session holds open towards the platform. */
export interface LiveSession {
  readonly client: Client;
  readonly connection: ConnectionStore;
  readonly topics: TopicBoard;
  readonly close: () => void;
}

// The platform takes operations only from pages that can set this header: its own.
const fetchOptions = { headers: { 'x-telltale-request': '1' } };

/** Queries and mutations only: what a page needs before anyone is signed in. */
export const fetchClient = (): Client =>
  new Client({ url: '/graphql', fetchOptions, exchanges: [fetchExchange], preferGetMethod: false, requestPolicy: 'network-only' });

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function openSocket(connection: ConnectionStore, topics: TopicBoard): SocketClient {
  let socket: WebSocket | undefined;
  let answerTimer: number | undefined;
  let wasLost = false;
  return createClient({
    url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`,
    lazy: false,
    keepAlive: HEARTBEAT_MS,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    retryWait: (tries) => wait(Math.min(LONGEST_WAIT_MS, 500 * 2 ** Math.min(tries, 5)) * (0.7 + Math.random() * 0.6)),
    onNonLazyError: () => connection.lost(Date.now()),
    on: {
      opened: (opened) => {
        if (opened instanceof WebSocket) socket = opened;
      },
      connected: () => {
        connection.set({ kind: 'live' });
        if (wasLost) topics.tell('connection');
        wasLost = false;
      },
      closed: () => {
        window.clearTimeout(answerTimer);
        wasLost = true;
        connection.lost(Date.now());
      },
      ping: (received) => {
        if (received) return;
        // A half-open connection never closes by itself.
        answerTimer = window.setTimeout(() => socket?.close(4408, 'No answer'), ANSWER_WITHIN_MS);
      },
      pong: (received) => {
        if (received) window.clearTimeout(answerTimer);
      },
    },
  });
}

export function openLive(): LiveSession {
  const connection = new ConnectionStore();
  const topics = new TopicBoard();
  const socket = openSocket(connection, topics);
  const client = new Client({
    url: '/graphql',
    fetchOptions,
    preferGetMethod: false,
    exchanges: [
      mapExchange({
        onError: (error) => {
          // The session ended elsewhere: the page starts over with the sign-in form.
          if (error.graphQLErrors.some(({ extensions }) => extensions['code'] === 'NOT_SIGNED_IN')) location.reload();
        },
      }),
      cacheExchange,
      subscriptionExchange({
        forwardSubscription: ({ query, variables }) => ({
          subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query: query ?? '', variables }, sink) }),
        }),
      }),
      fetchExchange,
    ],
  });
  return { client, connection, topics, close: () => void socket.dispose() };
}
