import { concatColumns, decodeBatch, encodeBatch, type SampleBatch } from '@telltale/tag-sample';
import { openSeriesWriter, type ReceivedBatch } from '@telltale/time-series';
import { openBenchDatabase, walPosition } from './bench-database.mts';
import { cpuSeconds } from './cpu-time.mts';
import { median, numbersFrom, printResult, secondsOf } from './measure.mts';
import { copyInto, copyRows, NARROW_COLUMNS } from './raw-copy.mts';
import { SensorLike } from './sensor-like.mts';

const TAGS_PER_GATEWAY = 200;
const SECONDS_PER_BATCH = 5;
const TENANTS = 10;

/** Durable exactly-once append of batches (200 tags × 5 s) against raw COPY of the same samples, alternated in one run. */
export async function benchIngest(args: readonly string[]): Promise<void> {
  const options = numbersFrom(args, { tags: 10_000, seconds: 60, rounds: 5, connections: 2, seed: 1 });
  const database = await openBenchDatabase();
  const sensors = new SensorLike(options.tags, options.seed);
  const gateways = Math.ceil(options.tags / TAGS_PER_GATEWAY);
  const startS = 1_790_000_000;
  await database.admin.query(`create unlogged table public.raw ${NARROW_COLUMNS}`);
  await database.admin.query(`create table public.keyed ${NARROW_COLUMNS}`);
  await database.admin.query('alter table public.keyed add primary key (tenant_id, tag_id, time)');
  const writer = openSeriesWriter(database.urls.telltale_historian, { maxConnections: options.connections });
  const results = {
    raw: [] as number[],
    keyed: [] as number[],
    append: [] as number[],
    decode: [] as number[],
    replay: [] as number[],
    bytes: [] as number[],
    wal: [] as number[],
  };
  const cpu = {
    raw: [] as number[],
    keyed: [] as number[],
    append: [] as number[],
    decode: [] as number[],
    replay: [] as number[],
  };
  let seq = 0;
  let clock = startS;
  try {
    for (let round = 0; round < options.rounds; round++) {
      const batches: SampleBatch[] = [];
      for (let at = 0; at < options.seconds; at += SECONDS_PER_BATCH, clock += SECONDS_PER_BATCH) {
        seq++;
        for (let gateway = 0; gateway < gateways; gateway++) {
          const samples = sensors.columns(
            gateway * TAGS_PER_GATEWAY,
            Math.min(TAGS_PER_GATEWAY, options.tags - gateway * TAGS_PER_GATEWAY),
            clock,
            SECONDS_PER_BATCH,
          );
          batches.push({ identity: { gatewayId: gateway + 1, epoch: 1, seq }, samples, continuity: [] });
        }
      }
      const count = batches.reduce((sum, batch) => sum + batch.samples.tagIds.length, 0);
      const tenantOf = (batch: SampleBatch): number => 1 + (batch.identity.gatewayId % TENANTS);
      const received = batches.map((batch): ReceivedBatch => {
        const encoded = encodeBatch(batch);
        return { tenant: { tenantId: tenantOf(batch) }, batch, encoded, receivedAtUs: clock * 1e6 };
      });
      results.bytes.push(received.reduce((sum, { encoded }) => sum + encoded.length, 0) / count);

      for (const [name, table] of [
        ['raw', 'public.raw'],
        ['keyed', 'public.keyed'],
      ] as const) {
        const client = await database.admin.connect();
        await measure(name, count, async () => {
          // 10 000 rows per COPY, the best that plain rows can do.
          for (let at = 0; at < batches.length; at += 10) {
            const samples = concatColumns(batches.slice(at, at + 10).map((batch) => batch.samples));
            await copyInto(client, table, copyRows(at % TENANTS, samples));
          }
        });
        client.release();
      }
      await measure('decode', count, async () => received.forEach(({ encoded }) => decodeBatch(encoded)));
      const wal = await walPosition(database);
      await measure('append', count, () => appendAll(received));
      results.wal.push(((await walPosition(database)) - wal) / count);
      await measure('replay', count, () => appendAll(received));
      await database.admin.query('truncate public.raw, public.keyed');
      process.stdout.write(`round ${round + 1} of ${options.rounds}: ${count} samples\n`);
    }
    const ratio = (rates: readonly number[], to: readonly number[]): number =>
      median(rates.map((rate, i) => rate / (to[i] ?? NaN)));
    const row = (what: string, name: keyof typeof cpu, remark = '') => ({
      what,
      'samples/s': median(results[name]),
      '÷ raw limit': ratio(results[name], results.raw),
      '÷ keyed': ratio(results[name], results.keyed),
      'CPU µs': median(cpu[name]),
      'raw CPU ÷ own': ratio(cpu.raw, cpu[name]),
      remark,
    });
    printResult('ingest', options, [
      row('raw COPY, unlogged, no index (limit)', 'raw'),
      row('COPY into a table with primary key', 'keyed'),
      row(
        'exactly-once append of batches',
        'append',
        `${median(results.bytes).toFixed(2)} B/sample, WAL ${median(results.wal).toFixed(1)} B/sample`,
      ),
      row('replay of the same batches', 'replay'),
      row('decode of the wire form alone', 'decode'),
    ]);
  } finally {
    await writer.close();
    await database.close();
  }

  async function measure(name: keyof typeof cpu, count: number, work: () => Promise<unknown>): Promise<void> {
    const before = cpuSeconds(database.pid);
    results[name].push(count / (await secondsOf(work)));
    cpu[name].push(((cpuSeconds(database.pid) - before) * 1e6) / count);
  }

  async function appendAll(received: readonly ReceivedBatch[]): Promise<void> {
    // As from the queue: groups of one tenant at a time keep transactions apart.
    const byTenant = [...Map.groupBy(received, ({ tenant }) => tenant.tenantId).values()];
    const groups = byTenant.flatMap((own) =>
      Array.from({ length: Math.ceil(own.length / 20) }, (_, i) => own.slice(i * 20, i * 20 + 20)),
    );
    let next = 0;
    const work = async (): Promise<void> => {
      for (let group = groups[next++]; group !== undefined; group = groups[next++]) await writer.append(group);
    };
    await Promise.all(Array.from({ length: options.connections }, work));
  }
}
