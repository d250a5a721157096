// `npm run chaos -- backfill`: an OPC UA server with history and the cable to it are gone for an hour of plant time; everything comes back, and what
// is measured meanwhile is not late. The clock of the plant lags by the hour until then, so that the hour passes in a few seconds. Usage: backfill.mts <seconds of plant time> <seed> [tags=2000]
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { decodeBatch } from '@telltale/tag-sample';
import { freePort } from '../../connectors/opcua/test/simulated-device.ts';
import { ChaosProxy } from '../../e2e/plant/chaos-proxy.ts';
import { eventually } from './eventually.mts';

const cutS = Number(process.argv[2] ?? 3_600);
const tags = Number(/^tags=(\d+)$/.exec(process.argv[4] ?? '')?.[1] ?? 2_000);
const LIVE_P95_S = 5;
const BEAT_MS = 1_000;
const AWAY_MS = 5_000;
/** A server that looks once a second at what changes once a second sees two changes as one now and then. */
const EVERY_CHANGE = 0;
const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'telltale-chaos-backfill-'));
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const portOf = (address: unknown): number => (typeof address === 'object' && address !== null && 'port' in address ? Number(address.port) : 0);

const startMs = Date.now() - cutS * 1_000;
const port = await freePort();
async function startPlc(lagMs: number): Promise<ReturnType<typeof fork>> {
  const options = { port, pki: join(folder, 'pki'), values: tags, startMs, beatMs: BEAT_MS, lagMs };
  const started = fork(join(root, 'connectors/opcua/test/history-plc.ts'), [JSON.stringify(options)], { execArgv: ['--no-warnings'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  await once(started, 'message');
  return started;
}
let plc = await startPlc(cutS * 1_000);
const cable = await ChaosProxy.to(port);

/** Per tag, how often each beat came. */
const came = Array.from({ length: tags }, () => new Uint8Array(cutS + 7_200));
const committed = new Map<number, Set<number>>();
const live: number[] = [];
let wrong = 0;
let samplesTotal = 0;
let newestBeat = 0;
let backfilling = false;
let history: unknown = 'unknown';
let gaps = 0;
let backfilled = 0;
const configuration = {
  version: '1', gatewayId: 1, site: 'chaos',
  endpoints: [{
    endpointId: 1, name: 'History PLC', connector: 'opcua', backfillDays: 0,
    settings: { endpointUrl: `opc.tcp://localhost:${cable.port}/plc`, securityPolicy: 'None', securityMode: 'None', identity: { kind: 'anonymous' } },
    tags: Array.from({ length: tags }, (_, i) => ({ tagId: i + 1, tagPath: `chaos/v${i}`, address: { nodeId: `nsu=urn:telltale:history-plc;s=V${i}`, samplingIntervalMs: EVERY_CHANGE }, scanIntervalMs: BEAT_MS })),
  }],
};
function watermark(epoch: number): { epoch: number; seq: number } {
  const numbers = committed.get(epoch);
  let seq = 0;
  while (numbers?.has(seq + 1)) seq++;
  return { epoch, seq };
}
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts);
  const url = new URL(request.url ?? '/', 'http://chaos');
  const json = (status: number, content: unknown): void => void response.writeHead(status, { 'content-type': 'application/json', etag: '"1"' }).end(JSON.stringify(content));
  if (url.pathname.endsWith('/status')) {
    history = JSON.parse(body.toString()).backfill;
    return void response.writeHead(204).end();
  }
  if (url.pathname.endsWith('/configuration')) return request.headers['if-none-match'] === '"1"' ? void response.writeHead(304).end() : json(200, configuration);
  if (url.pathname.endsWith('/watermark')) return json(200, watermark(Number(url.searchParams.get('epoch'))));
  const { identity, samples, continuity } = decodeBatch(body);
  const numbers = committed.get(identity.epoch) ?? new Set<number>();
  committed.set(identity.epoch, numbers);
  if (!numbers.has(identity.seq)) {
    numbers.add(identity.seq);
    take(samples);
    const complete = continuity.filter(({ kind }) => kind === 'backfilled').length;
    backfilled += complete;
    gaps += continuity.length - complete;
  }
  json(202, { committed: watermark(identity.epoch) });
}
function take({ tagIds, values, sourceTimesUs }: ReturnType<typeof decodeBatch>['samples']): void {
  const nowMs = Date.now();
  samplesTotal += tagIds.length;
  for (let i = 0; i < tagIds.length; i++) {
    const beat = values[i] ?? -1;
    const timeMs = (sourceTimesUs[i] ?? 0) / 1_000;
    const own = came[(tagIds[i] ?? 0) - 1];
    if (own === undefined || timeMs !== startMs + beat * BEAT_MS) wrong++;
    else own[beat] = (own[beat] ?? 0) + 1;
    if (beat > newestBeat) newestBeat = beat;
    // Of many values one in twenty is enough for a percentile.
    if (backfilling && beat >= liveFrom && (tags <= 100 || i % 20 === 0)) live.push((nowMs - timeMs) / 1_000);
  }
}
let liveFrom = Infinity;
const ingest = createServer((request, response) => void answer(request, response));
await new Promise<void>((done) => ingest.listen(0, '127.0.0.1', done));
const gateway = spawn(process.execPath, ['--no-warnings', join(root, 'services/edge-gateway/dist/main.js')], {
  stdio: ['ignore', 'ignore', 'inherit'],
  env: { ...process.env, INGEST_URL: `http://127.0.0.1:${portOf(ingest.address())}`, GATEWAY_KEY: 'chaos-key-0123456789', GATEWAY_DATA_DIR: join(folder, 'gateway'), CONNECTORS_DIR: join(root, 'connectors'), LOG_LEVEL: 'error', STATUS_INTERVAL_MS: '1000' },
});

let lost = 0;
/** Values that came both live and from the history, where the two meet: the historian stores such a pair once. */
let repeated = 0;
let twice = 0;
let recovered = 0;
let tookS = 0;
let problem = '';
try {
  await eventually('live values', () => newestBeat > 5 && samplesTotal > 5 * tags, 120_000);
  await pause(3_000);
  cable.set({ cut: true });
  await pause(1_000);
  const before = newestBeat;
  plc.kill('SIGKILL');
  await pause(AWAY_MS);
  plc = await startPlc(0);
  cable.set({});
  const startedMs = performance.now();
  await eventually('values after the cut', () => newestBeat > before + cutS, 60_000);
  liveFrom = newestBeat + 1;
  backfilling = true;
  await eventually('history is complete', () => {
    if (Math.floor((performance.now() - startedMs) / 1_000) % 10 === 0) say(`  ${samplesTotal} samples, ${JSON.stringify(history)}`);
    return backfilled > 0 && history === null;
  }, 900_000);
  tookS = (performance.now() - startedMs) / 1_000;
  // A short history is read before there is anything to measure.
  await pause(Math.max(0, 10_000 - tookS * 1_000));
  backfilling = false;
  const end = newestBeat - 5;
  await pause(3_000);
  const meeting = before + cutS;
  const begin = Math.max(...came.map((own) => own.findIndex((often) => often > 0)));
  for (const own of came) {
    for (let beat = begin; beat <= end; beat++) {
      if (own[beat] === 0) lost++;
      else if ((own[beat] ?? 0) > 1) {
        if (beat >= meeting) repeated++;
        else twice++;
      }
      if (beat > before && beat <= before + cutS && own[beat] === 1) recovered++;
    }
  }
} catch (error) {
  problem = error instanceof Error ? error.message : String(error);
}
gateway.kill('SIGTERM');
await once(gateway, 'exit');
plc.kill('SIGKILL');
await cable.close();
ingest.closeAllConnections();
ingest.close();
rmSync(folder, { recursive: true, force: true });
live.sort((a, b) => a - b);
const p95 = live[Math.floor(live.length * 0.95)] ?? Infinity;
const result = { chaos: 'backfill', tags, cutS, recovered, asked: tags * cutS, lost, repeated, twice, wrong, gaps, tookS: Math.round(tookS), samplesPerS: Math.round((tags * cutS) / tookS), liveP95S: Number(p95.toFixed(2)), problem };
say(JSON.stringify(result));
process.exit(problem === '' && lost + twice + wrong === 0 && repeated <= tags && recovered === tags * cutS && gaps > 0 && p95 <= LIVE_P95_S ? 0 : 1);
