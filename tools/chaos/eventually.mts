import { setTimeout as pause } from 'node:timers/promises';

/** Resolves with the seconds it took until `check` held; a check that throws does not hold. */
export async function eventually(what: string, check: () => Promise<boolean> | boolean, withinMs: number): Promise<number> {
  const start = performance.now();
  let trouble = '';
  for (;;) {
    try {
      if (await check()) return (performance.now() - start) / 1_000;
      trouble = '';
    } catch (error) {
      trouble = error instanceof Error ? ` (${error.message})` : '';
    }
    if (performance.now() - start > withinMs) throw new Error(`Not within ${withinMs / 1_000} s: ${what}${trouble}.`);
    await pause(50);
  }
}
