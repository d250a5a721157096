// `npm run chaos -- line`: OPC UA server -> bad line -> gateway -> bad line -> ingest: latency, loss, corruption, half-open, slow, cut, one after the
// other, first on one side and then on the other. Usage: line.mts <seconds per fault> <seed> [fault]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { BatchCodecError, decodeBatch } from '@telltale/tag-sample';
import { PASSWORD, RestartableDevice, USER, valueAddress } from '../../connectors/opcua/test/simulated-device.ts';
import { ChaosProxy, type LineFault } from '../../e2e/plant/chaos-proxy.ts';
import { eventually } from './eventually.mts';

const faultS = Number(process.argv[2] ?? 15);
const only = process.argv[4] ?? '';
const FAULTS: Readonly<Record<string, LineFault>> = {
  latency: { latencyMs: 300 }, loss: { loseEvery: 25 }, corruption: { corruptEvery: 20 }, 'half-open': { halfOpen: true }, slow: { bytesPerSecond: 2_000 }, cut: { cut: true },
};
const BACK_WITHIN_MS = 60_000;
const VALUES = 5;
const KEY = 'chaos-key-0123456789';
const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'telltale-chaos-line-'));
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const portOf = (address: unknown): number => (typeof address === 'object' && address !== null && 'port' in address ? Number(address.port) : 0);

// Every value counts up by one per beat: the truth is that no number is missing.
const plc = await RestartableDevice.create({ values: VALUES + 1, beatMs: 250 });
const fieldLine = await ChaosProxy.to(plc.port);
const seen = new Map<number, Map<number, number>>();
const committed = new Map<number, Set<number>>();
let thumbprint = '';
let spoolDepth = -1;
let history: unknown = null;
let newest = 0;
let damaged = 0;
let duplicated = 0;
let gaps = 0;
const rows: string[] = [];
const clock = (us: number): string => new Date(us / 1_000).toISOString().slice(14, 23);
const configuration = () => ({
  version: thumbprint === '' ? '1' : '2', gatewayId: 1, site: 'chaos',
  endpoints: [{
    endpointId: 1, name: 'PLC', connector: 'opcua', backfillDays: 0,
    settings: { endpointUrl: `opc.tcp://localhost:${fieldLine.port}/plc`, identity: { kind: 'user', user: USER, passwordSecret: 'plc' }, trustedThumbprints: thumbprint === '' ? [] : [thumbprint] },
    tags: Array.from({ length: VALUES }, (_, i) => ({ tagId: i + 1, tagPath: `chaos/v${i + 1}`, address: valueAddress(i + 1), scanIntervalMs: 100 })),
  }],
});
function watermark(epoch: number): { epoch: number; seq: number } {
  let seq = 0;
  while (committed.get(epoch)?.has(seq + 1)) seq++;
  return { epoch, seq };
}
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts);
  const url = new URL(request.url ?? '/', 'http://chaos');
  const json = (status: number, content: unknown): void => void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
  const refuse = (status: number, code: string): void => json(status, { error: { code, message: `Refused: ${code}.`, remedy: 'Send it again.' } });
  if (request.headers.authorization !== `Bearer ${KEY}`) return refuse(401, 'KEY_REFUSED');
  if (url.pathname.endsWith('/configuration')) return json(200, configuration());
  if (url.pathname.endsWith('/watermark')) return json(200, watermark(Number(url.searchParams.get('epoch'))));
  if (url.pathname.endsWith('/status')) {
    const status = JSON.parse(body.toString());
    thumbprint = status.endpoints[0]?.untrustedCertificate?.thumbprint ?? thumbprint;
    spoolDepth = status.spool.depthBatches;
    history = status.backfill;
    return void response.writeHead(204).end();
  }
  if (!url.pathname.endsWith('/batches')) return refuse(404, 'PATH_UNKNOWN');
  try {
    take(decodeBatch(body));
  } catch (error) {
    if (!(error instanceof BatchCodecError)) throw error;
    damaged++;
    return refuse(400, error.code);
  }
  json(202, { committed: watermark(decodeBatch(body).identity.epoch) });
}
function take({ identity, samples, continuity }: ReturnType<typeof decodeBatch>): void {
  const numbers = committed.get(identity.epoch) ?? new Set<number>();
  committed.set(identity.epoch, numbers);
  if (numbers.has(identity.seq)) return;
  numbers.add(identity.seq);
  for (const { kind, fromUs, toUs, reason, tagIds } of continuity) rows.push(`${kind} of ${tagIds.length} tags ${clock(fromUs)} - ${clock(toUs)}: ${reason}`);
  gaps += continuity.filter(({ kind }) => kind !== 'backfilled').length;
  samples.tagIds.forEach((tagId, i) => {
    if ((samples.statuses[i] ?? 0) >>> 30 !== 0) return;
    const own = seen.get(tagId) ?? new Map<number, number>();
    seen.set(tagId, own);
    const time = samples.sourceTimesUs[i] ?? 0;
    if (own.has(time)) duplicated++;
    if (own.has(time) && tagId === 1) rows.push(`value ${samples.values[i]} of ${clock(time)} came twice`);
    own.set(time, samples.values[i] ?? NaN);
    newest = Math.max(newest, time);
  });
}
const ingest = createServer((request, response) => {
  request.on('error', () => undefined);
  answer(request, response).catch(() => response.destroy());
});
await new Promise<void>((done) => ingest.listen(0, '127.0.0.1', done));
const platformLine = await ChaosProxy.to(portOf(ingest.address()));
mkdirSync(join(folder, 'secrets'), { mode: 0o700 });
writeFileSync(join(folder, 'secrets', 'plc'), PASSWORD, { mode: 0o600 });
const gateway = spawn(process.execPath, ['--no-warnings', join(root, 'services/edge-gateway/dist/main.js')], {
  stdio: ['ignore', 'ignore', 'inherit'],
  env: {
    ...process.env, INGEST_URL: `http://127.0.0.1:${platformLine.port}`, GATEWAY_KEY: KEY, GATEWAY_DATA_DIR: join(folder, 'gateway'), CONNECTORS_DIR: join(root, 'connectors'),
    SECRETS_DIR: join(folder, 'secrets'), LOG_LEVEL: 'silent', STATUS_INTERVAL_MS: '500', CONFIGURATION_INTERVAL_MS: '500', RESEND_AFTER_MS: '3000',
  },
});
const problems: string[] = [];
const back: number[] = [];
const isCurrent = (): boolean => newest > (Date.now() - 3_000) * 1_000;
let lost = 0;
let samples = 0;
try {
  await eventually('values through sound lines', isCurrent, 60_000);
  for (const [side, line] of [['platform', platformLine], ['field', fieldLine]] as const) {
    for (const [name, fault] of Object.entries(FAULTS)) {
      if (only !== '' && name !== only) continue;
      line.set(fault);
      await pause(faultS * 1_000);
      line.set({});
      const seconds = await eventually(`values again after ${name} on the ${side} line`, isCurrent, BACK_WITHIN_MS);
      back.push(seconds);
      say(`  ${side} ${name}: values again after ${seconds.toFixed(1)} s, ${JSON.stringify(line.done)}`);
    }
  }
  await pause(5_000);
  await eventually('everything is delivered', () => spoolDepth === 0 && history === null, 90_000);
  await plc.stop();
  await pause(4_000);
  await eventually('everything is delivered', () => spoolDepth === 0, 60_000);
} catch (error) {
  problems.push(error instanceof Error ? error.message : String(error));
}
for (const own of seen.values()) {
  const values = new Set(own.values());
  samples += own.size;
  for (let value = Math.min(...values); value <= Math.max(...values); value++) if (!values.has(value)) lost++;
}
gateway.kill('SIGTERM');
await once(gateway, 'exit');
await Promise.all([fieldLine.close(), platformLine.close()]);
ingest.closeAllConnections();
ingest.close();
await plc.dispose();
rmSync(folder, { recursive: true, force: true });
const first = [...(seen.get(1) ?? [])].sort(([a], [b]) => a - b);
first.forEach(([time, value], i) => {
  const [earlier = 0, before = value - 1] = first[i - 1] ?? [];
  if (value !== before + 1) rows.push(`value ${before} of ${clock(earlier)} is followed by ${value} of ${clock(time)}`);
});
if (lost + duplicated > 0) for (const row of rows) say(`  ${row}`);
for (const problem of problems) say(`PROBLEM: ${problem}`);
say(JSON.stringify({ chaos: 'line', faultS, samples, lost, duplicated, damagedBatchesRefused: damaged, gaps, backS: back.map((seconds) => Number(seconds.toFixed(1))), problems: problems.length }));
process.exit(problems.length + lost + duplicated === 0 && samples > 0 ? 0 : 1);
