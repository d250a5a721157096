// `npm run chaos -- redis`: Redis loses everything in mid-flow, again and again; device -> gateway -> ingest -> Redis -> historian -> Postgres must not. Usage: redis.mts <rounds> <seed> [fault]
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openSeriesReader } from '@telltale/time-series';
import { registerPlant } from '../../bench/registered-plant.mts';
import { DurablePostgres } from './durable-postgres.mts';
import { eventually } from './eventually.mts';
import { OwnRedis, redisProgram } from './own-redis.mts';
import { PushingDevice } from './pushing-device.mts';
import { seededRandom } from './seeded-random.mts';
import { ServiceProcess } from './service-process.mts';

const [rounds = 40, seed = 1] = process.argv.slice(2, 4).map(Number);
const only = process.argv[4] ?? '';
const FAULTS = ['flushall', 'redis-killed', 'redis-away', 'ingest-killed', 'flushall-and-historian-killed'] as const;
const names = FAULTS.filter((name) => only === '' || only.split(',').includes(name));
const RESEND_AFTER_MS = 5_000;
const RESUME_WITHIN_MS = 30_000;
const TENANT = { tenantId: 1 };
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const root = resolve(import.meta.dirname, '../..');

if (redisProgram() === undefined) {
  say('NOT TESTED: neither redis-server nor valkey-server is installed.');
  process.exit(0);
}
if (names.length === 0) throw new Error(`There is no fault "${only}": use one of ${FAULTS.join(', ')}.`);

const random = seededRandom(seed);
const postgres = await DurablePostgres.open();
const redis = await OwnRedis.open();
const device = new PushingDevice(Array.from({ length: 50 }, (_, i) => `t${i + 1}`), 100);
await device.open();
const [gateway] = await registerPlant(postgres.adminUrl, { ...TENANT, gateways: 1, tagsPerGateway: 50, connector: 'push-device', settings: { port: device.port } });
if (gateway === undefined) throw new Error('The gateway could not be registered.');
const folder = await mkdtemp(join(tmpdir(), 'telltale-chaos-gateway-'));
const port = await freePort();
const queue = { QUEUE_BACKEND: 'redis', QUEUE_URL: redis.url, LOG_LEVEL: 'warn', HTTP_HOST: '127.0.0.1' };
const services = {
  ingest: new ServiceProcess('ingest', { ...queue, DATABASE_URL: postgres.urls.telltale_ingest, HTTP_PORT: String(port), METRICS_PORT: '0' }),
  historian: new ServiceProcess('historian', { ...queue, DATABASE_URL: postgres.urls.telltale_historian, HTTP_PORT: '0', COMPACT_AFTER_SECONDS: '0.5' }),
  'edge-gateway': new ServiceProcess('edge-gateway', {
    INGEST_URL: `http://127.0.0.1:${port}`, GATEWAY_KEY: gateway.key, GATEWAY_DATA_DIR: folder, CONNECTORS_DIR: join(root, 'services/edge-gateway/test/connectors'),
    LOG_LEVEL: 'warn', FLUSH_INTERVAL_MS: '100', CONFIGURATION_INTERVAL_MS: '500', STATUS_INTERVAL_MS: '1000', RESEND_AFTER_MS: String(RESEND_AFTER_MS), SPOOL_MAX_MEGABYTES: '200',
  }),
};
const supervisor = setInterval(() => Object.values(services).forEach((service) => service.ensure()), 200);
const committed = async (): Promise<number> => Number((await postgres.query<{ n: string }>('select coalesce(sum(upper(r) - lower(r)), 0) as n from series.batch_ledger, unnest(committed) r'))[0]?.n);

const recoveries: number[] = [];
const problems: string[] = [];
let mostMb = 0;
let end = { lost: 0, duplicated: 0, unexpected: 0, samples: 0 };
try {
  await eventually('the first batches are committed', async () => (await committed()) > 3, 60_000);
  for (let number = 0; number < rounds; number++) {
    const name = names[number % names.length];
    await pause(random.below(2_000));
    if (name === 'ingest-killed') services.ingest.kill();
    else if (name?.startsWith('flushall')) await redis.command('FLUSHALL');
    else {
      redis.kill();
      if (name === 'redis-away') await pause(5_000);
      await redis.start();
    }
    if (name === 'flushall-and-historian-killed') services.historian.kill();
    const before = await committed();
    recoveries.push(await eventually('the flow goes on', async () => (await committed()) > before, RESUME_WITHIN_MS));
    mostMb = Math.max(mostMb, ...Object.values(services).map((service) => service.rssMb()));
    if (number % 10 === 9 || number + 1 === rounds) say(`${number + 1}/${rounds}: last ${name}, flow again after ${recoveries.at(-1)?.toFixed(1)} s`);
  }
  device.stopClock();
  end = await settled();
} catch (error) {
  problems.push(error instanceof Error ? error.message : String(error), ...Object.values(services).map(({ name, said }) => `${name} said: ${said.slice(-300)}`));
}
clearInterval(supervisor);
for (const service of Object.values(services).toReversed()) await service.stop();
await device.close();
redis.kill();
await postgres.close();
await rm(folder, { recursive: true, force: true });
for (const problem of problems) say(`PROBLEM: ${problem}`);
say(JSON.stringify({ chaos: 'redis', rounds, seed, ...end, problems: problems.length, resumedWithinS: Number(Math.max(0, ...recoveries).toFixed(1)), resendAfterS: RESEND_AFTER_MS / 1_000, mostMb: Math.round(mostMb) }));
process.exitCode = end.lost + end.duplicated + end.unexpected + problems.length === 0 && end.samples > 0 ? 0 : 1;

/** Everything that the device told, against everything that Postgres has; waits for what the gateway still has to send. */
async function settled(): Promise<typeof end> {
  const reader = openSeriesReader(postgres.urls.telltale_insights);
  let found = { ...end };
  try {
    await eventually('every value is stored', async () => {
      found = { lost: 0, duplicated: 0, unexpected: 0, samples: 0 };
      const stored = await reader.raw(TENANT, gateway?.tagIds ?? [], { fromUs: 0, toUs: 4e15 });
      for (const [i, tagId] of (gateway?.tagIds ?? []).entries()) {
        const truth = device.truth.get(`t${i + 1}`) ?? new Map<number, number>();
        const samples = stored.find((own) => own.tagId === tagId)?.samples;
        const kept = new Map<number, number>();
        samples?.sourceTimesUs.forEach((time, at) => {
          if (kept.has(time)) found.duplicated++;
          kept.set(time, samples.values[at] ?? NaN);
        });
        for (const [time, value] of truth) if (kept.get(time) !== value) found.lost++;
        for (const time of kept.keys()) if (!truth.has(time)) found.unexpected++;
        found.samples += truth.size;
      }
      return found.lost === 0;
    }, 60_000).catch((error: unknown) => problems.push(String(error)));
    const rows = await postgres.query<{ n: number }>(
      'select (select coalesce(sum(n), 0) from series.sample_block)::int + (select coalesce(sum(n), 0) from series.sample_chunk)::int as n');
    // Readers would hide a sample that is stored in two places.
    found.duplicated += Math.max(0, (rows[0]?.n ?? 0) - found.samples);
    return found;
  } finally {
    await reader.close();
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done));
  const address = probe.address();
  await new Promise((done) => probe.close(done));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
