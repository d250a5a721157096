import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EdgeSpool } from '@telltale/edge-spool';
import { emptyColumns } from '@telltale/tag-sample';
import type { RunningService } from '@telltale/service-runtime';
import { spoolEntry } from '../src/collect/sample-collector.js';
import { startEdgeGateway } from '../src/start-edge-gateway.js';
import { configurationOf, endpointOf, eventually, inFolder, pauseMs, settingsFor } from './gateway-room.js';
import { LedgerIngest } from './ledger-ingest.js';
import { LineDevice } from './line-device.js';

const names = Array.from({ length: 10 }, (_, i) => `t${i + 1}`);

describe('the edge gateway', () => {
  let ingest: LedgerIngest;
  let device: LineDevice;
  const gateways: RunningService[] = [];
  const start = async (...given: Parameters<typeof settingsFor>): Promise<RunningService> => {
    const gateway = await startEdgeGateway(settingsFor(...given));
    gateways.push(gateway);
    return gateway;
  };

  beforeEach(async () => {
    ingest = new LedgerIngest();
    device = new LineDevice(names, 100);
    await Promise.all([ingest.start(), device.start()]);
    ingest.configuration = configurationOf('1', [endpointOf('push-device', device.port, names)]);
  });
  afterEach(async () => {
    await Promise.all(gateways.splice(0).map((gateway) => gateway.close()));
    await Promise.all([ingest.stop(), device.stop()]);
  });

  /** Everything from the first delivered sample to the end of the device's life, per tag: lost, duplicated, unexpected. */
  const verdict = (fromUs = 0): { lost: number; duplicated: number; unexpected: number; samples: number } => {
    let lost = 0;
    let unexpected = 0;
    let duplicated = ingest.conflicts;
    names.forEach((name, i) => {
      const received = ingest.of(i + 1);
      const begin = Math.max(fromUs, received[0]?.sourceTimeUs ?? 0);
      const truth = (device.truth.get(name) ?? []).filter(({ at }) => at >= begin);
      const values = new Map(received.map((sample) => [sample.sourceTimeUs, sample.value]));
      for (const { at, value } of truth) if (values.get(at) !== value) lost++;
      const times = new Set((device.truth.get(name) ?? []).map(({ at }) => at));
      unexpected += received.filter(({ sourceTimeUs }) => !times.has(sourceTimeUs)).length;
      duplicated += received.filter(({ batches }) => batches.size > 1).length;
    });
    return { lost, duplicated, unexpected, samples: ingest.samples.size };
  };
  const drained = (): boolean => {
    const newest = device.truth.get('t10')?.at(-1)?.at;
    return names.every((_, i) => ingest.of(i + 1).at(-1)?.sourceTimeUs === newest) && ingest.statuses.at(-1)?.backfill === null;
  };

  it('delivers every sample of a device once, with its times, and reports how it is', async () => {
    await inFolder(async (folder) => {
      const gateway = await start(folder, ingest.url);
      await eventually('samples', () => ingest.samples.size > 100);
      expect(await gateway.notReady()).toEqual([]);
      device.stopClock();
      await eventually('drained', drained);
      expect(verdict()).toEqual({ lost: 0, duplicated: 0, unexpected: 0, samples: expect.any(Number) });
      const [sample] = ingest.of(1);
      expect(Math.abs((sample?.serverTimeUs ?? 0) - (sample?.sourceTimeUs ?? 0))).toBeLessThan(1_000_000);
      await eventually('spool empty', () => ingest.statuses.at(-1)?.spool.depthBatches === 0);
      expect(ingest.statuses.at(-1)?.endpoints).toMatchObject([{ endpointId: 1, state: 'connected', askedPerSecond: 100 }]);
      await gateway.close();
    });
  });

  it('declares what was delivered late behind fresh samples as backfilled, without taking a real gap away', async () => {
    const MINUTE_US = 60_000_000;
    const beginUs = Date.now() * 1000 - 60 * MINUTE_US;
    const gap = { tagIds: [1], fromUs: beginUs + 5 * MINUTE_US, toUs: beginUs + 8 * MINUTE_US, kind: 'gap' as const, reason: 'The device was off.' };
    await inFolder(async (folder) => {
      // An hour ago the platform went away; 310 batches of a second wait.
      let clockUs = 0;
      const spool = new EdgeSpool({ file: join(folder, 'spool.sqlite'), maxBytes: 1e9, maxAgeMs: 1e9, whenFull: 'refuse-new', ballastBytes: 0, now: () => clockUs });
      for (let n = 0; n < 310; n++) {
        clockUs = beginUs + n * 2_000_000;
        const samples = { ...emptyColumns(1), tagIds: Int32Array.of(1), values: Float64Array.of(n), sourceTimesUs: Float64Array.of(clockUs), serverTimesUs: Float64Array.of(clockUs), statuses: Uint32Array.of(0) };
        spool.append(spoolEntry('live', 7, samples, n === 300 ? [gap] : [], [1], clockUs, clockUs + 1));
      }
      spool.close();
      await start(folder, ingest.url);
      await eventually('everything delivered', () => ingest.of(1).filter(({ sourceTimeUs }) => sourceTimeUs <= clockUs).length === 310, 20_000);
      await eventually('declared', () => ingest.continuity.some(({ kind }) => kind === 'backfilled'), 20_000);
      const rows = ingest.continuity.filter(({ kind }) => kind === 'backfilled');
      expect(rows).toEqual([
        { tagIds: names.map((_, i) => i + 1), fromUs: beginUs, toUs: gap.fromUs, kind: 'backfilled', reason: 'Delivered late: the platform could not be reached.' },
        { tagIds: names.map((_, i) => i + 1), fromUs: gap.toUs, toUs: clockUs + 1, kind: 'backfilled', reason: 'Delivered late: the platform could not be reached.' },
      ]);
      await pauseMs(6_000);
      expect(ingest.continuity.filter(({ kind }) => kind === 'backfilled')).toHaveLength(2);
    });
  }, 60_000);

  it('reads the past on first contact, in time order, says when it is complete, and does so once', async () => {
    const nowUs = Date.now() * 1000;
    device.stopClock();
    for (const samples of device.truth.values()) samples.length = 0;
    device.remember(nowUs - 7_200_000_000, nowUs, 1_000_000);
    ingest.configuration = configurationOf('1', [endpointOf('push-device', device.port, names, { backfillDays: 0.04 })]);
    await inFolder(async (folder) => {
      const gateway = await start(folder, ingest.url);
      await eventually('all history', () => ingest.continuity.some(({ kind }) => kind === 'backfilled'), 20_000);
      const row = ingest.continuity.find(({ kind }) => kind === 'backfilled');
      expect(row?.tagIds).toHaveLength(10);
      // Four batches are on their way at once: the row may overtake the last samples.
      await eventually('all of it arrived', () => ingest.samples.size === 10 * (3456 + 1));
      expect(verdict()).toMatchObject({ lost: 0, duplicated: 0, unexpected: 0 });
      // Four batches travel at a time and may change places on the way: their numbers say the order.
      const numbered = [...ingest.batches.values()].toSorted((a, b) => a.identity.seq - b.identity.seq);
      const backlog = numbered.filter(({ samples }) => samples.tagIds.length > 10).map(({ samples }) => samples.sourceTimesUs[0] ?? 0);
      expect(backlog).toEqual(backlog.toSorted((a, b) => a - b));
      expect(ingest.samples.size).toBe(10 * (3456 + 1));
      await gateway.close();
      const posts = ingest.samples.size;
      await start(folder, ingest.url);
      await pauseMs(1_000);
      expect(ingest.samples.size).toBe(posts);
      expect(ingest.continuity.filter(({ kind }) => kind === 'backfilled')).toHaveLength(1);
    });
  });

  it('keeps everything while ingest is down, also across a restart, and delivers it in order', async () => {
    await inFolder(async (folder) => {
      const first = await start(folder, ingest.url);
      await eventually('samples', () => ingest.samples.size > 20);
      await ingest.stop();
      await pauseMs(1_000);
      expect((await first.notReady()).join()).toContain("can't be reached");
      await first.close();
      await pauseMs(500);
      await start(folder, ingest.url);
      await pauseMs(500);
      await ingest.start();
      await eventually('samples again', () => ingest.continuity.some(({ kind }) => kind === 'backfilled'));
      device.stopClock();
      await eventually('drained', drained);
      expect(verdict()).toMatchObject({ lost: 0, duplicated: 0, unexpected: 0 });
      expect(ingest.continuity.filter(({ kind }) => kind === 'gap')).toMatchObject([{ reason: 'The gateway did not run or could not reach the device.' }]);
      expect(ingest.continuity.filter(({ kind }) => kind === 'backfilled')).toHaveLength(1);
    });
  });

  it('declares the outage of a device and reads it back', async () => {
    await inFolder(async (folder) => {
      await start(folder, ingest.url);
      await eventually('samples', () => ingest.samples.size > 20);
      await device.unplug();
      await eventually('noticed', () => ingest.statuses.at(-1)?.endpoints[0]?.state === 'disconnected');
      await pauseMs(1_000);
      await device.listen();
      await eventually('back', () => ingest.statuses.at(-1)?.endpoints[0]?.state === 'connected');
      await eventually('backfilled', () => ingest.continuity.some(({ kind }) => kind === 'backfilled'));
      device.stopClock();
      await eventually('drained', drained);
      expect(verdict()).toMatchObject({ lost: 0, duplicated: 0, unexpected: 0 });
      const [gap] = ingest.continuity.filter(({ kind }) => kind === 'gap');
      expect(gap?.tagIds).toHaveLength(10);
      expect((gap?.toUs ?? 0) - (gap?.fromUs ?? 0)).toBeGreaterThan(900_000);
    });
  });

  it('sends again what ingest accepted and did not commit', async () => {
    await inFolder(async (folder) => {
      ingest.commits = false;
      await start(folder, ingest.url);
      await eventually('samples', () => ingest.batches.size > 3);
      const before = ingest.posts;
      device.stopClock();
      await eventually('sent again', () => ingest.posts >= before + 3);
      expect(ingest.statuses.at(-1)?.spool.depthBatches).toBeGreaterThan(3);
      ingest.commits = true;
      await eventually('committed', () => ingest.statuses.at(-1)?.spool.depthBatches === 0);
      expect(verdict()).toMatchObject({ lost: 0, duplicated: 0, unexpected: 0 });
    });
  });

  it('quarantines a refused batch with its reason and keeps the sequence whole', async () => {
    await inFolder(async (folder) => {
      let poisoned = '';
      ingest.refuse = ({ identity, samples }) => {
        const name = `${identity.epoch}/${identity.seq}`;
        if (samples.tagIds.length > 0 && (poisoned === '' || poisoned === name) && ingest.batches.size > 2) {
          poisoned = name;
          return { status: 422, code: 'VALUE_IMPOSSIBLE' };
        }
        return null;
      };
      await start(folder, ingest.url);
      await eventually('quarantined', () => (ingest.statuses.at(-1)?.spool.quarantinedRecords ?? 0) === 1);
      await eventually('declared', () => ingest.continuity.some(({ kind }) => kind === 'dropped'));
      device.stopClock();
      await eventually('nothing stuck', () => ingest.statuses.at(-1)?.spool.depthBatches === 0);
      expect(ingest.batches.get(poisoned)?.samples.tagIds.length).toBe(0);
      const row = ingest.continuity.find(({ kind }) => kind === 'dropped');
      expect(row?.reason).toContain('VALUE_IMPOSSIBLE');
      expect(row?.tagIds).toHaveLength(10);
      expect(readdirSync(join(folder, 'quarantine'))).toHaveLength(2);
    });
  });

  it('sends a batch that is too large in parts, each sample once', async () => {
    await inFolder(async (folder) => {
      let refusals = 0;
      ingest.refuse = ({ samples }) => (samples.tagIds.length > 30 && ++refusals > 0 ? { status: 413, code: 'BATCH_TOO_LARGE' } : null);
      await start(folder, ingest.url, { FLUSH_INTERVAL_MS: 1_000 });
      await eventually('samples', () => ingest.samples.size > 300);
      device.stopClock();
      await eventually('drained', drained);
      expect(refusals).toBeGreaterThan(3);
      expect(verdict()).toEqual({ lost: 0, duplicated: 0, unexpected: 0, samples: expect.any(Number) });
      await eventually('spool empty', () => ingest.statuses.at(-1)?.spool.depthBatches === 0);
      expect(ingest.continuity).toEqual([]);
      expect(existsSync(join(folder, 'quarantine'))).toBe(false);
    });
  });

  it('delivers the other tags of a batch when the platform has removed one of them', async () => {
    await inFolder(async (folder) => {
      await start(folder, ingest.url);
      await eventually('samples', () => ingest.of(1).length > 3);
      await ingest.stop();
      await pauseMs(500);
      ingest.refuse = ({ samples, continuity }) => (samples.tagIds.includes(1) || continuity.some(({ tagIds }) => tagIds.includes(1)) ? { status: 422, code: 'TAG_UNKNOWN' } : null);
      const endpoint = endpointOf('push-device', device.port, names);
      ingest.configuration = configurationOf('2', [{ ...endpoint, tags: endpoint.tags.slice(1) }]);
      const delivered = ingest.of(1).length;
      await ingest.start();
      device.stopClock();
      await eventually('the others', () => names.slice(1).every((name, i) => ingest.of(i + 2).at(-1)?.sourceTimeUs === device.truth.get(name)?.at(-1)?.at));
      expect(ingest.of(1)).toHaveLength(delivered);
      names.slice(1).forEach((name, i) => {
        const received = ingest.of(i + 2);
        const truth = (device.truth.get(name) ?? []).filter(({ at }) => at >= (received[0]?.sourceTimeUs ?? 0));
        expect(received.map(({ value }) => value)).toEqual(truth.map(({ value }) => value));
      });
      expect(existsSync(join(folder, 'quarantine'))).toBe(false);
    });
  });

  it.each([
    ['429 with Retry-After', { status: 429, code: 'RATE', headers: { 'retry-after': '1' } }],
    ['503', { status: 503, code: 'NOT_READY' }],
    ['500', { status: 500, code: 'INTERNAL' }],
  ])('waits on %s and loses nothing', async (_name, refusal) => {
    await inFolder(async (folder) => {
      let refusals = 0;
      ingest.refuse = () => (refusals++ < 2 ? refusal : null);
      await start(folder, ingest.url);
      await eventually('samples', () => ingest.samples.size > 50);
      device.stopClock();
      await eventually('drained', drained);
      expect(verdict()).toMatchObject({ lost: 0, duplicated: 0, unexpected: 0 });
    });
  });

  it('applies a new configuration hot, without touching healthy connections', async () => {
    await inFolder(async (folder) => {
      await start(folder, ingest.url);
      await eventually('samples', () => ingest.of(1).length > 3);
      expect(device.connections).toBe(1);
      ingest.configuration = configurationOf('2', [endpointOf('push-device', device.port, names.slice(1), {}), endpointOf('poll-device', device.port, [], { endpointId: 2, name: 'Second' })]);
      ingest.configuration = { ...ingest.configuration, endpoints: ingest.configuration.endpoints.map((endpoint) => ({ ...endpoint, tags: endpoint.tags.map((tag) => ({ ...tag, tagId: tag.tagId + 1 })) })) };
      await eventually('second endpoint', () => ingest.statuses.at(-1)?.endpoints.length === 2);
      await pauseMs(300);
      const count = ingest.of(1).length;
      await eventually('others go on', () => ingest.of(2).length > count + 5);
      expect(ingest.of(1).length).toBe(count);
      expect(device.connections).toBe(2);
    });
  });

  it('polls without drift or overlap, fills the source time, and stores bad values as bad', async () => {
    ingest.configuration = configurationOf('1', [endpointOf('poll-device', device.port, names)]);
    await inFolder(async (folder) => {
      device.dead.add('t3');
      await start(folder, ingest.url);
      await eventually('samples', () => ingest.of(1).length >= 30);
      const times = ingest.of(1).slice(0, 30).map(({ sourceTimeUs }) => sourceTimeUs);
      const span = (times.at(-1) ?? 0) - (times[0] ?? 0);
      expect(span / 29).toBeGreaterThan(97_000);
      expect(span / 29).toBeLessThan(110_000);
      expect(ingest.of(3).every(({ status, value }) => status === 0x80050000 && Number.isNaN(value))).toBe(true);
      expect(ingest.of(1).every(({ sourceTimeUs, serverTimeUs }) => sourceTimeUs === serverTimeUs)).toBe(true);
    });
  });

  it('starts offline with the last configuration', async () => {
    await inFolder(async (folder) => {
      const first = await start(folder, ingest.url);
      await eventually('samples', () => ingest.samples.size > 20);
      await first.close();
      await ingest.stop();
      const before = device.connections;
      await start(folder, ingest.url);
      await eventually('connects to the device', () => device.connections > before);
      await ingest.start();
    });
  });

  it('shows a wrong key, a missing secret and an unknown connector as one sentence each, and heals', async () => {
    await inFolder(async (folder) => {
      const secrets = join(folder, 'secrets');
      mkdirSync(secrets);
      ingest.configuration = configurationOf('1', [
        endpointOf('poll-device', device.port, names, { settings: { port: device.port, secret: 'plc' } }),
        endpointOf('profinet', device.port, [], { endpointId: 2 }),
      ]);
      ingest.keys.clear();
      const gateway = await start(join(folder, 'data'), ingest.url, { SECRETS_DIR: secrets });
      await pauseMs(300);
      expect(await gateway.notReady()).toEqual(['The gateway has no configuration yet.']);
      ingest.keys.add('test-key-0123456789');
      await eventually('status', () => ingest.statuses.at(-1)?.endpoints.length === 2);
      expect(ingest.statuses.at(-1)?.endpoints).toMatchObject([
        { endpointId: 1, state: 'misconfigured', code: 'gateway.secret-missing', reason: expect.stringContaining('mode 0600') },
        { endpointId: 2, state: 'misconfigured', code: 'gateway.unknown-connector', reason: expect.stringContaining('It has: poll-device, push-device.') },
      ]);
      writeFileSync(join(secrets, 'plc'), 'hunter2\n');
      chmodSync(join(secrets, 'plc'), 0o600);
      ingest.configuration = configurationOf('2', [endpointOf('poll-device', device.port, names, { settings: { port: device.port, secret: 'plc', again: 1 } })]);
      await eventually('connected', () => ingest.statuses.at(-1)?.endpoints[0]?.state === 'connected');
      expect(existsSync(join(folder, 'data', 'endpoints', '1'))).toBe(true);
    });
  });
});
