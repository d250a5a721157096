import { setTimeout as pause } from 'node:timers/promises';

/** Asks again and again until there is an answer; fails with what was seen last. */
export async function until<T>(what: string, withinMs: number, ask: () => Promise<T | null | undefined | false>, everyMs = 250): Promise<T> {
  const endsAt = Date.now() + withinMs;
  let trouble: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== null && answer !== undefined && answer !== false) return answer;
      trouble = undefined;
    } catch (error) {
      trouble = error;
    }
    if (Date.now() > endsAt) throw new Error(`${what}: not within ${withinMs} ms`, { cause: trouble });
    await pause(everyMs);
  }
}
