import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { watchedStream } from './reader-watch.js';

const CHUNK = 'x'.repeat(100_000);
async function* chunks(count: number, everyMs = 0): AsyncGenerator<string> {
  for (let i = 0; i < count; i++) {
    if (everyMs > 0) await delay(everyMs);
    yield CHUNK;
  }
}
const signedIn = { patienceMs: 200, checkEveryMs: 20, isSignedIn: async () => true };

describe('what is watched while it is read', () => {
  it('ends when its reader takes nothing any more', async () => {
    const stream = watchedStream(chunks(10), signedIn);
    stream.once('readable', () => stream.read(1));
    expect(await once(stream, 'error')).toMatchObject([{ extensions: { code: 'EXPORT_STALLED' } }]);
    expect(stream.destroyed).toBe(true);
  });

  it('ends also when only the last piece is left', async () => {
    const stream = watchedStream(chunks(1), signedIn);
    expect(await once(stream.once('readable', () => undefined), 'error')).toMatchObject([{ extensions: { code: 'EXPORT_STALLED' } }]);
  });

  it('goes on while its reader is slow, and while what he waits for takes long', async () => {
    let length = 0;
    for await (const part of watchedStream(chunks(6), signedIn)) {
      length += String(part).length;
      await delay(80);
    }
    for await (const part of watchedStream(chunks(2, 400), signedIn)) length += String(part).length;
    expect(length).toBe(800_000);
  });

  it('ends with the session, though nobody takes anything', async () => {
    let isSignedIn = true;
    const stream = watchedStream(chunks(10), { ...signedIn, patienceMs: 60_000, isSignedIn: async () => isSignedIn });
    stream.once('readable', () => stream.read(1));
    await delay(60);
    expect(stream.destroyed).toBe(false);
    isSignedIn = false;
    expect(await once(stream, 'error')).toMatchObject([{ extensions: { code: 'NOT_SIGNED_IN' } }]);
  });
});
