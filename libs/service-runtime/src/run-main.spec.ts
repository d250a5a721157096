import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

// In a real process: signals and exit codes can't be shown inside Jest.
const hooks = join(import.meta.dirname, '../test/typescript-hooks.mjs');
let scratch: string;

beforeAll(async () => {
  // Below node_modules, so that the packages are found and nothing is left among the sources.
  const cache = join(import.meta.dirname, '../../../node_modules/.cache');
  await mkdir(cache, { recursive: true });
  scratch = await mkdtemp(join(cache, 'run-main-'));
});

afterAll(() => rm(scratch, { recursive: true, force: true }));

async function spawned(start: string, environment: Record<string, string>) {
  const file = join(scratch, `main-${Math.random().toString(36).slice(2)}.ts`);
  await writeFile(
    file,
    `import { z } from 'zod';
     import { runMain } from '${import.meta.dirname}/run-main.js';
     import { StartError } from '${import.meta.dirname}/start-error.js';
     await runMain('probe', z.object({ WORD: z.string().describe('any word') }), ${start});`,
  );
  return spawn(process.execPath, ['--conditions=source', '--import', hooks, file], {
    env: { PATH: process.env['PATH'], ...environment },
  });
}

async function run(start: string, environment: Record<string, string>, signal?: NodeJS.Signals) {
  const child = await spawned(start, environment);
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  child.stdout.on('data', () => signal !== undefined && child.kill(signal));
  const [exitCode] = await once(child, 'close');
  return { exitCode: Number(exitCode), stderr };
}

const serving = `async () => {
  const timer = setInterval(() => {}, 1000);
  process.stdout.write('up');
  return { name: 'probe', notReady: async () => [], close: async () => { clearInterval(timer); process.stderr.write('closed'); } };
}`;

describe('runMain', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('closes and exits 0 on %s', async (signal) => {
    expect(await run(serving, { WORD: 'x' }, signal)).toEqual({ exitCode: 0, stderr: 'closed' });
  });

  it('goes on working when nobody reads its log any more, and closes as asked', async () => {
    const talking = serving.replace('() => {}, 1000', "() => { process.stdout.write('.'); process.stderr.write('.'); }, 5");
    const child = await spawned(talking, { WORD: 'x' });
    await once(child.stdout, 'data');
    child.stdout.destroy();
    child.stderr.destroy();
    const ended = once(child, 'exit');
    expect(await Promise.race([ended, new Promise((later) => setTimeout(later, 500, 'alive'))])).toBe('alive');
    child.kill('SIGTERM');
    expect((await ended)[0]).toBe(0);
  });

  it('says which variable is missing and exits 78', async () => {
    expect(await run(serving, {})).toEqual({
      exitCode: 78,
      stderr: "probe can't start: WORD is not set – any word.\n",
    });
  });

  it('says what is not there and exits 69', async () => {
    const start = `async () => { throw new StartError('X', 'Redis does not answer', 'Start it'); }`;
    expect(await run(start, { WORD: 'x' })).toEqual({
      exitCode: 69,
      stderr: "probe can't start: Redis does not answer. Start it.\n",
    });
  });

  it('exits 70 with the stack on an unexpected error', async () => {
    const { exitCode, stderr } = await run(`async () => { throw new TypeError('boom'); }`, { WORD: 'x' });
    expect(exitCode).toBe(70);
    expect(stderr).toContain('TypeError: boom');
  });
});
