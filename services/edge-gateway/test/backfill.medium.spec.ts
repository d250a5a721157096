import { beforeAll, expect, it } from '@jest/globals';
import { execFileSync, spawn } from 'node:child_process';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../..');

beforeAll(() => {
  execFileSync(process.execPath, ['--no-warnings', join(root, 'tools/build.mts')]);
}, 120_000);

// The small version of `npm run chaos -- backfill`: 40 tags, 10 minutes.
it('gets the whole history of a server that was away, and live values are not late meanwhile', async () => {
  const child = spawn(process.execPath, ['--no-warnings', join(root, 'tools/chaos/backfill.mts'), '600', '1', 'tags=40'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (part: Buffer) => (said += part.toString()));
  await new Promise((done) => child.once('exit', done));
  expect(JSON.parse(said.trim().split('\n').at(-1) ?? '{}')).toMatchObject({ recovered: 24_000, asked: 24_000, lost: 0, duplicated: 0, wrong: 0, gaps: 1, problem: '' });
  expect(child.exitCode).toBe(0);
}, 150_000);
