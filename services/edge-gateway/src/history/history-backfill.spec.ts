import { afterEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Observation } from '@telltale/connector-sdk';
import { createLogger } from '@telltale/service-runtime';
import { decodeBatch } from '@telltale/tag-sample';
import { SampleCollector } from '../collect/sample-collector.js';
import { SpoolRoom } from '../collect/spool-room.js';
import { edgeGatewaySettings } from '../edge-gateway.settings.js';
import { GatewayPremises } from '../gateway-premises.js';
import { HistoryBackfill, type HistoryDesk } from './history-backfill.js';

const SECOND_US = 1_000_000;
const fromUs = Date.UTC(2026, 0, 1) * 1000;
const PAGE = 2_500;

/** A device that keeps one sample per second of every tag, and may break off. */
class Archive implements HistoryDesk {
  given = 0;
  breaksAfterPages = Infinity;
  /** How often each tag was asked for. */
  asked = 0;

  readable = (): boolean => true;

  async *read(_job: unknown, tagId: number, readFromUs: number, toUs: number): AsyncIterable<readonly Observation[]> {
    this.asked++;
    const first = Math.ceil((readFromUs - fromUs) / SECOND_US);
    const end = Math.ceil((toUs - fromUs) / SECOND_US);
    for (let at = first; at < end; at += PAGE) {
      await new Promise(setImmediate);
      if (this.breaksAfterPages-- <= 0) throw new Error('the cable is cut');
      const page = Array.from({ length: Math.min(PAGE, end - at) }, (_, i) => ({ tagId, value: at + i, status: 0, sourceTimeUs: fromUs + (at + i) * SECOND_US }));
      this.given += page.length;
      yield page;
    }
  }
}

describe('HistoryBackfill', () => {
  const folders: string[] = [];
  const running: HistoryBackfill[] = [];
  afterEach(async () => {
    for (const backfill of running.splice(0)) await backfill.stop();
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });

  const gatewayIn = (folder: string) => {
    const settings = edgeGatewaySettings.parse({ INGEST_URL: 'http://127.0.0.1:1', GATEWAY_KEY: 'k'.repeat(20), GATEWAY_DATA_DIR: folder, LOG_LEVEL: 'silent', BACKFILL_SAMPLES_PER_SECOND: 1e9 });
    const premises = new GatewayPremises(settings, createLogger('test', 'silent'));
    const room = new SpoolRoom(premises);
    const collector = new SampleCollector(premises, room);
    collector.gatewayId = 7;
    const backfill = new HistoryBackfill(premises, room, collector);
    running.push(backfill);
    return { room, backfill };
  };
  const newFolder = (): string => {
    const folder = mkdtempSync(join(tmpdir(), 'telltale-backfill-'));
    folders.push(folder);
    return folder;
  };
  const tagIds = Array.from({ length: 45 }, (_, i) => i + 1);
  const seconds = 3_600;
  const request = { endpointId: 1, readFrom: 1, tagIds, fromUs, toUs: fromUs + seconds * SECOND_US, known: null, liveFrom: null, reason: 'test' };

  /** Empties the spool as the platform would; counts how often each sample came. */
  const drainInto = (room: SpoolRoom, times: Map<number, number>, kinds: string[]): void => {
    for (let records = room.spool.take(64); records.length > 0; records = room.spool.take(64)) {
      for (const record of records) {
        const { samples, continuity } = decodeBatch(record.bytes);
        samples.tagIds.forEach((tagId, i) => {
          const key = tagId * 1e6 + ((samples.sourceTimesUs[i] ?? 0) - fromUs) / SECOND_US;
          times.set(key, (times.get(key) ?? 0) + 1);
        });
        for (const { kind } of continuity) kinds.push(kind);
        room.spool.acknowledge(record);
      }
    }
  };
  const until = async (done: () => boolean, meanwhile: () => void): Promise<void> => {
    const end = Date.now() + 60_000;
    while (!done()) {
      if (Date.now() > end) throw new Error('not within 60 s');
      await new Promise((resolve) => setTimeout(resolve, 10));
      meanwhile();
    }
  };
  const counted = (times: ReadonlyMap<number, number>) => ({ different: times.size, repeated: [...times.values()].filter((often) => often > 1).length });

  it('a piece with more samples than fit into the memory is read once and spooled once', async () => {
    const { room, backfill } = gatewayIn(newFolder());
    const archive = new Archive();
    const times = new Map<number, number>();
    const kinds: string[] = [];
    room.spool.mark(backfill.plan(request));
    backfill.start(archive);
    await until(() => backfill.progress() === null, () => drainInto(room, times, kinds));
    drainInto(room, times, kinds);
    await backfill.stop();
    room.spool.close();
    expect(counted(times)).toEqual({ different: tagIds.length * seconds, repeated: 0 });
    expect(archive.given).toBe(tagIds.length * seconds);
    expect(kinds).toEqual(['backfilled']);
  }, 130_000);

  it('keeps what held before the history begins, of tags that nobody recorded, once', async () => {
    const { room, backfill } = gatewayIn(newFolder());
    const before = (tagId: number): Observation => ({ tagId, value: 7, status: 0, sourceTimeUs: fromUs - 86_400 * SECOND_US });
    const asked: boolean[] = [];
    const archive = new Archive();
    const desk: HistoryDesk = {
      readable: () => true,
      async *read(job, tagId, readFromUs, toUs, { withValueBefore = false }) {
        asked.push(withValueBefore);
        if (withValueBefore) yield [before(tagId)];
        yield* archive.read(job, tagId, readFromUs, toUs);
      },
    };
    const times = new Map<number, number>();
    const lasting = 200_000;
    room.spool.mark(backfill.plan({ ...request, tagIds: [1], toUs: fromUs + lasting * SECOND_US }));
    backfill.start(desk);
    await until(() => backfill.progress() === null, () => drainInto(room, times, []));
    drainInto(room, times, []);
    room.spool.close();
    expect(times.get(1e6 - 86_400)).toBe(1);
    expect(counted(times)).toEqual({ different: lasting + 1, repeated: 0 });
    expect(asked.filter(Boolean)).toHaveLength(1);
    expect(asked.length).toBeGreaterThan(1);
  }, 60_000);

  it('goes on where an interruption or a restart of the gateway broke it off', async () => {
    const folder = newFolder();
    const archive = new Archive();
    const times = new Map<number, number>();
    const kinds: string[] = [];
    archive.breaksAfterPages = 20;
    for (let life = 0; life < 3; life++) {
      const { room, backfill } = gatewayIn(folder);
      if (life === 0) room.spool.mark(backfill.plan(request));
      backfill.start(archive);
      const known = times.size;
      // What was read before the cable was cut is spooled then.
      if (life < 2) await until(() => archive.breaksAfterPages < 0 && times.size > known, () => drainInto(room, times, kinds));
      else await until(() => backfill.progress() === null, () => drainInto(room, times, kinds));
      drainInto(room, times, kinds);
      archive.breaksAfterPages = life === 0 ? 20 : Infinity;
      await backfill.stop();
      drainInto(room, times, kinds);
      room.spool.close();
    }
    expect(counted(times)).toEqual({ different: tagIds.length * seconds, repeated: 0 });
    expect(archive.given).toBe(tagIds.length * seconds);
    expect(kinds).toEqual(['backfilled']);
  }, 130_000);
});
