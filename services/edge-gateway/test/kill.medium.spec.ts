import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { join, resolve } from 'node:path';
import { configurationOf, endpointOf, eventually, inFolder, pauseMs, testConnectors } from './gateway-room.js';
import { LedgerIngest } from './ledger-ingest.js';
import { LineDevice } from './line-device.js';

const root = resolve(import.meta.dirname, '../../..');
const ROUNDS = Number(process.env['TELLTALE_GATEWAY_KILLS'] ?? 20);
const names = Array.from({ length: 40 }, (_, i) => `t${i + 1}`);

/** mulberry32 */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

describe('the gateway process', () => {
  const children = new Set<ChildProcess>();
  /** The log of the newest process. */
  let said = '';
  beforeAll(() => {
    execFileSync(process.execPath, ['--no-warnings', join(root, 'tools/build.mts')]);
  }, 60_000);
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL');
  });

  const startProcess = (folder: string, url: string): ChildProcess => {
    const child = spawn(process.execPath, ['--no-warnings', join(root, 'services/edge-gateway/dist/main.js')], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env, INGEST_URL: url, GATEWAY_KEY: 'test-key-0123456789', GATEWAY_DATA_DIR: folder, CONNECTORS_DIR: testConnectors, LOG_LEVEL: 'info',
        FLUSH_INTERVAL_MS: '200', CONFIGURATION_INTERVAL_MS: '500', STATUS_INTERVAL_MS: '200', RESEND_AFTER_MS: '500',
      },
    });
    children.add(child);
    said = '';
    child.stdout?.on('data', (part: Buffer) => (said = `${said}${part.toString()}`.slice(-10_000)));
    child.once('exit', () => children.delete(child));
    return child;
  };
  const ended = (child: ChildProcess): Promise<number | null> => new Promise((done) => child.once('exit', (code) => done(code)));

  it(`killed with SIGKILL ${ROUNDS} times at random instants under load: lost 0, duplicated 0, unexpected 0, conflicts 0`, async () => {
    const ingest = new LedgerIngest();
    const device = new LineDevice(names, 50);
    await Promise.all([ingest.start(), device.start()]);
    ingest.configuration = configurationOf('1', [endpointOf('push-device', device.port, names)]);
    const next = random(20261123);
    await inFolder(async (folder) => {
      let trouble = '';
      for (let round = 0; round < ROUNDS; round++) {
        const child = startProcess(folder, ingest.url);
        child.stderr?.on('data', (part: Buffer) => (trouble += part.toString()));
        // Every third dies at any instant of its start, the others while they work.
        const seen = ingest.statuses.length;
        if (round % 100 === 99 && ROUNDS > 100) process.stdout.write(`  ${round + 1} kills, ${ingest.samples.size} samples, ${ingest.conflicts} conflicts\n`);
        if (round % 3 > 0) {
          await eventually('at work', () => ingest.statuses.length > seen, 20_000).catch((error: unknown) => {
            throw new Error(`Round ${round}, exit code ${child.exitCode}, it said: ${said}`, { cause: error });
          });
        }
        await pauseMs(next() * 800);
        child.kill('SIGKILL');
        await ended(child);
      }
      const last = startProcess(folder, ingest.url);
      const fresh = ingest.statuses.length;
      await eventually('runs again', () => ingest.statuses.length > fresh + 2, 20_000);
      device.stopClock();
      const newest = (): number => device.truth.get('t40')?.at(-1)?.at ?? 0;
      await eventually('everything committed', () => {
        const status = ingest.statuses.at(-1);
        return status?.backfill === null && status.spool.depthBatches === 0 && ingest.of(40).at(-1)?.sourceTimeUs === newest();
      }, 30_000 + ROUNDS * 200);
      let lost = 0;
      let twice = 0;
      let expected = 0;
      names.forEach((name, i) => {
        const received = new Map(ingest.of(i + 1).map((sample) => [sample.sourceTimeUs, sample]));
        const begin = Math.min(...received.keys());
        const truth = (device.truth.get(name) ?? []).filter(({ at }) => at >= begin);
        expected += truth.length;
        for (const { at, value } of truth) if (received.get(at)?.value !== value) lost++;
        for (const { batches } of received.values()) if (batches.size > 1) twice++;
      });
      expect({ lost, duplicated: twice, unexpected: ingest.samples.size - expected, conflicts: ingest.conflicts, trouble }).toEqual({
        lost: 0, duplicated: 0, unexpected: 0, conflicts: 0, trouble: '',
      });
      expect(expected).toBeGreaterThan(1_000);
      // Each interruption is declared and, because the device keeps history, closed again.
      expect(ingest.continuity.filter(({ kind }) => kind === 'gap').length).toBeGreaterThan(ROUNDS / 3);
      last.kill('SIGTERM');
      expect(await ended(last)).toBe(0);
    });
    await Promise.all([ingest.stop(), device.stop()]);
  }, 60_000 + ROUNDS * 10_000);

  it('says in one sentence what is wrong and ends with an exit code', async () => {
    const child = spawn(process.execPath, ['--no-warnings', join(root, 'services/edge-gateway/dist/main.js')], { stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: process.env['PATH'] } });
    children.add(child);
    let said = '';
    child.stderr.on('data', (part: Buffer) => (said += part.toString()));
    expect(await ended(child)).toBe(78);
    expect(said).toContain('INGEST_URL is not set');
    expect(said.trim().split('\n')).toHaveLength(1);
  });
});
