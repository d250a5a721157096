import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { FlowKeeper } from './flow-keeper.js';
import type { ServerLink } from './server-link.js';

// A driver whose answers come when the test says so: real servers do not lose a question at will.
const client = Object.assign(new EventEmitter(), { isReconnecting: false, disconnect: async () => undefined });
let question = Promise.withResolvers<never>();
const session = { read: () => question.promise, close: async () => undefined };
const lost: string[] = [];
let keeper: FlowKeeper;
const made = (): FlowKeeper => new FlowKeeper('opc.tcp://plc', {
  connect: async () => ({ client, session, namespaces: [], certificateEnds: {} }) as unknown as ServerLink,
  attach: async () => undefined,
  detach: () => undefined,
  recreate: async () => undefined,
  silence: () => undefined,
  lost: (_reason, code) => void lost.push(code),
  failing: () => undefined,
  tick: async () => undefined,
});

beforeEach(async () => {
  jest.useFakeTimers();
  lost.length = 0;
  keeper = made();
  question = Promise.withResolvers<never>();
  await keeper.open();
  await jest.advanceTimersByTimeAsync(6_000);
});
afterEach(async () => {
  await keeper.close();
  jest.useRealTimers();
});

test('a heartbeat that a broken connection swallowed does not break the repaired one', async () => {
  client.emit('connection_lost');
  await jest.advanceTimersByTimeAsync(1_000);
  expect(keeper.flowing(performance.now())).toBe('repaired');
  await jest.advanceTimersByTimeAsync(4_000);
  expect(lost).toEqual(['opcua.connection-lost']);
  expect(keeper.rungs).toMatchObject({ rebuilt: 0 });
});

test('a heartbeat without an answer on a connection that never broke is a loss', async () => {
  await jest.advanceTimersByTimeAsync(4_000);
  expect(lost).toEqual(['opcua.silent']);
});

test('what arrived before the loss repairs nothing', async () => {
  const beforeMs = performance.now() - 1;
  client.emit('connection_lost');
  expect(keeper.flowing(beforeMs)).toBeUndefined();
  expect(keeper.isLost).toBe(true);
});
