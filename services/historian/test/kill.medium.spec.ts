import { beforeAll, expect, it } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../..');

beforeAll(() => {
  execFileSync(process.execPath, ['--no-warnings', join(root, 'tools/build.mts')]);
}, 60_000);

/** The short form of `npm run chaos -- historian`: processes of their own, a Postgres with fsync, SIGKILL at exact statements. */
it('killed between commit and acknowledge, with its Postgres inside a fold, and at random: lost 0, duplicated 0', () => {
  const faults = 'historian-between-commit-and-acknowledge,postgres-in-fold,both-any-time';
  const script = join(root, 'tools/chaos/historian.mts');
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--no-warnings', script, '3', '5', faults], {
    encoding: 'utf8',
    timeout: 170_000,
    killSignal: 'SIGKILL',
  });
  const told = `${stdout}${stderr}`;
  expect(told).toContain('"chaos":"historian"');
  expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ lost: 0, duplicated: 0, unexpected: 0, problems: 0, missed: 0 });
  expect({ status, told: status === 0 ? '' : told }).toEqual({ status: 0, told: '' });
}, 180_000);
