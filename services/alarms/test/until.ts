import { setTimeout as delay } from 'node:timers/promises';

/** Looks until something is there; throws when it takes too long. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  limitMs = 15_000,
): Promise<T> {
  for (const end = Date.now() + limitMs; ;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`Did not happen within ${limitMs} ms: ${what}`);
    await delay(20);
  }
}
