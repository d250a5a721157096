import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '@telltale/plant-registry/testing';
import { migrateSeries } from '@telltale/time-series';
import { MINUTE_US, SteamRun } from './steam-run.js';

const NOW = Date.UTC(2026, 5, 3) * 1000;
const DAY_US = 1440 * MINUTE_US;
const ROUNDS = 6;
const root = resolve(import.meta.dirname, '../../..');

describe('insights, killed again and again', () => {
  let database: TestDatabase;
  let admin: pg.Pool;
  let plant: SteamRun;
  let child: ChildProcess | undefined;

  beforeAll(async () => {
    spawnSync(process.execPath, ['--no-warnings', join(root, 'tools/build.mts')], { stdio: 'ignore' });
    database = await createTestDatabase([{ name: 'series', migrate: migrateSeries }]);
    admin = new pg.Pool({ connectionString: database.adminUrl, max: 2 });
    admin.on('error', () => undefined);
    plant = await SteamRun.create(database, 'acme');
    await plant.write(NOW - 2 * DAY_US, NOW, MINUTE_US);
  }, 120_000);

  afterAll(async () => {
    child?.kill('SIGKILL');
    await plant?.close();
    await admin?.end();
    await database?.drop();
  });

  const startChild = (): ChildProcess =>
    spawn(process.execPath, ['--no-warnings', join(root, 'services/insights/dist/main.js')], {
      stdio: 'ignore',
      env: { PATH: process.env['PATH'], DATABASE_URL: database.urls.telltale_insights, HTTP_PORT: '0', LOG_LEVEL: 'silent' },
    });
  const processedUs = async (): Promise<number> => {
    const found = await admin.query<{ at: Date }>(`select processed_through as at from registry.insight_checkpoint where insight = 'steam-leak'`);
    return (found.rows[0]?.at.getTime() ?? 0) * 1000;
  };
  const worked = async (throughUs: number): Promise<void> => {
    for (let i = 0; i < 600; i++) {
      if ((await processedUs()) >= throughUs) return;
      await new Promise((proceed) => setTimeout(proceed, 100));
    }
    throw new Error('It was not worked through within 60 s.');
  };

  it('reports one leak once', async () => {
    expect(existsSync(join(root, 'services/insights/dist/main.js'))).toBe(true);
    plant.leaks.push({ xM: 18.4, fromUs: NOW + 3 * MINUTE_US, toUs: NOW + DAY_US, peakC: 12 });
    for (let round = 0; round < ROUNDS; round++) {
      child = startChild();
      await plant.write(NOW + round * 2 * MINUTE_US, NOW + (round * 2 + 2) * MINUTE_US + 6e6, 5e6);
      // At another moment each time: at its start, while it warms up, after a commit.
      await new Promise((proceed) => setTimeout(proceed, 400 + round * 450));
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    child = startChild();
    await worked(NOW + ROUNDS * 2 * MINUTE_US);
    const found = await admin.query<{ state: string; historical: boolean }>(`select state, historical from registry.detection where insight = 'steam-leak'`);
    expect(found.rows).toEqual([{ state: 'open', historical: false }]);
  }, 180_000);
});
