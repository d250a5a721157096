import type { QueueBackend } from './platform.js';

const hasRedis = Boolean(process.env['TELLTALE_TEST_REDIS']);
const all: readonly QueueBackend[] = ['postgres', 'redis'];

/** `npm run e2e` tells every story on both queue backends; `npm test` on the one that is named, so that it stays short. */
export function backends(short: readonly QueueBackend[]): QueueBackend[] {
  const wanted = process.env['TELLTALE_E2E'] === 'all' ? all : short;
  return hasRedis ? [...wanted] : ['postgres'];
}
