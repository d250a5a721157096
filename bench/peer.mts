import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { encodeBatch } from '@telltale/tag-sample';
import { openCompactor, openSeriesReader, openSeriesWriter } from '@telltale/time-series';
import { openBenchDatabase, type BenchDatabase } from './bench-database.mts';
import { median, numbersFrom, printResult, secondsOf } from './measure.mts';
import type { OpenPeer, PeerStore } from './peers/peer-store.mts';
import { SensorLike } from './sensor-like.mts';

const TENANT = 1;
const FROM_S = Date.UTC(2026, 8, 1) / 1_000;
const TAGS_PER_BATCH = 20;
const SECONDS_PER_BATCH = 300;

/** The store itself behind the interface of a peer, so that both are asked the same. */
async function openOwn(database: BenchDatabase): Promise<PeerStore> {
  const writer = openSeriesWriter(database.urls.telltale_historian);
  const compactor = openCompactor(database.urls.telltale_historian);
  const reader = openSeriesReader(database.urls.telltale_api);
  const tenant = { tenantId: TENANT };
  let seq = 0;
  let nowUs = 0;
  const compact = async (): Promise<void> => {
    while (((await compactor.fold(tenant, { nowUs, untilUs: Number.MAX_SAFE_INTEGER }))?.blocks ?? 0) > 0);
    while (((await compactor.merge(tenant, { nowUs }))?.windows ?? 0) > 0);
  };
  return {
    name: 'Telltale',
    durable: true,
    exactlyOnce: true,
    append: async (_tenantId, samples) => {
      const batch = { identity: { gatewayId: 1, epoch: 1, seq: ++seq }, samples, continuity: [] };
      nowUs = Math.max(nowUs, samples.sourceTimesUs.at(-1) ?? 0);
      await writer.append([{ tenant, batch, encoded: encodeBatch(batch), receivedAtUs: nowUs }]);
    },
    settle: async () => {
      await compact();
      nowUs += 2 * 86_400e6;
      await compact();
      await database.admin.query('vacuum analyze');
    },
    raw: async (_tenantId, tagId, range) => (await reader.raw(tenant, [tagId], range))[0]?.samples.tagIds.length ?? 0,
    buckets: async (_tenantId, tagId, range, seconds) => (await reader.buckets(tenant, tagId, range, seconds)).length,
    latest: async (_tenantId, tagIds) => (await reader.latest(tenant, tagIds)).length,
    bytes: async () => {
      const { rows } = await database.admin.query<{ n: string }>(
        `select sum(pg_total_relation_size(c.oid)) as n from pg_class c join pg_namespace s on s.oid = c.relnamespace where s.nspname = 'series' and c.relkind = 'r'`);
      return Number(rows[0]?.n);
    },
    close: async () => void (await Promise.all([writer.close(), compactor.close(), reader.close()])),
  };
}

/** `--peer <module>`: another store beside ours, same data, same questions, alternated in one run. See peers/peer-store.mts. */
export async function benchPeer(args: readonly string[]): Promise<void> {
  const options = numbersFrom(args, { tags: 60, hours: 4, repeats: 15, seed: 1 });
  const module = /--peer[= ](\S+)/.exec(args.join(' '))?.[1];
  const file = module === undefined ? new URL('./peers/plain-table.mts', import.meta.url) : pathToFileURL(resolve(module));
  const { default: openPeer } = (await import(file.href)) as { default: OpenPeer };
  const database = await openBenchDatabase();
  const stores = [await openOwn(database), await openPeer({ postgresUrl: database.adminUrl, folder: database.folder })];
  const sensors = new SensorLike(options.tags, options.seed);
  const appendS = stores.map(() => 0);
  let samples = 0;
  try {
    for (let at = 0; at < options.hours * 3_600; at += SECONDS_PER_BATCH) {
      for (let tag = 0; tag < options.tags; tag += TAGS_PER_BATCH) {
        const columns = sensors.columns(tag, Math.min(TAGS_PER_BATCH, options.tags - tag), FROM_S + at, SECONDS_PER_BATCH);
        samples += columns.tagIds.length;
        for (const [i, store] of stores.entries()) appendS[i] = (appendS[i] ?? 0) + (await secondsOf(() => store.append(TENANT, columns)));
      }
    }
    const settleS: number[] = [];
    for (const store of stores) settleS.push(await secondsOf(() => store.settle()));
    const range = { fromUs: FROM_S * 1e6, toUs: (FROM_S + options.hours * 3_600) * 1e6 };
    const hour = { fromUs: range.fromUs, toUs: range.fromUs + 3_600e6 };
    const tagIds = Array.from({ length: options.tags }, (_, i) => i + 1);
    const questions: readonly [string, (store: PeerStore) => Promise<number>][] = [
      [`last value of ${options.tags} tags, ms`, (store) => store.latest(TENANT, tagIds)],
      ['one tag raw 1 h, ms', (store) => store.raw(TENANT, 7, hour)],
      [`one tag ${options.hours} h at 1 min, ms`, (store) => store.buckets(TENANT, 7, range, 60)],
    ];
    const answers: { readonly what: string; readonly figures: readonly number[]; readonly better: 'more' | 'less' }[] = [
      { what: 'append, samples/s', figures: appendS.map((seconds) => samples / seconds), better: 'more' },
      { what: 'append and settle, samples/s', figures: appendS.map((seconds, i) => samples / (seconds + (settleS[i] ?? 0))), better: 'more' },
    ];
    for (const [what, ask] of questions) {
      const times = stores.map(() => [] as number[]);
      const found = new Set<number>();
      for (let i = 0; i < options.repeats + 3; i++)
        for (const [which, store] of stores.entries()) {
          let count = 0;
          const ms = 1_000 * (await secondsOf(async () => (count = await ask(store))));
          found.add(count);
          if (i >= 3) times[which]?.push(ms);
        }
      answers.push({ what: found.size === 1 ? what : `${what} (DIFFERENT ANSWERS: ${[...found].join(', ')})`, figures: times.map(median), better: 'less' });
    }
    answers.push({ what: 'disk, B/sample', figures: await Promise.all(stores.map(async (store) => (await store.bytes()) / samples)), better: 'less' });
    printResult('peer', { ...options, samples, peer: stores[1]?.name, durable: stores[1]?.durable, exactlyOnce: stores[1]?.exactlyOnce }, answers.map(({ what, figures: [own = NaN, peer = NaN], better }) => ({ what, Telltale: own, peer, 'times better': better === 'more' ? own / peer : peer / own })));
  } finally {
    for (const store of stores) await store.close();
    await database.close();
  }
}
