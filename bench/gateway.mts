// CPU and memory of the gateway process collecting many tags from a device that pushes them, spooling and draining.
// Limits: 5 000 tags at 1 Hz <= 25 % of one core, <= 250 MB RSS.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createDevice, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { decodeBatch } from '@telltale/tag-sample';
import { numbersFrom, printResult } from './measure.mts';

const LIMITS = { core: 0.25, rssMb: 250 };
const KEY = 'bench-key-0123456789';
const root = resolve(import.meta.dirname, '..');

/** `npm run bench -- gateway`: prints what the gateway process costs and fails beyond the limits. */
export async function benchGateway(args: readonly string[]): Promise<void> {
  const { tags, hertz, seconds } = numbersFrom(args, { tags: 5_000, hertz: 1, seconds: 20 });
  const folder = mkdtempSync(join(tmpdir(), 'telltale-gateway-bench-'));

  const sockets = new Set<Socket>();
  const device = createDevice((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
  });
  await new Promise<void>((done) => device.listen(0, '127.0.0.1', done));
  let round = 0;
  const beat = setInterval(() => {
    round++;
    const at = Date.now() * 1000;
    const samples = Array.from({ length: tags }, (_, i) => ({ name: `t${i}`, at, value: Math.round((20 + Math.sin(round / 50 + i) * 5) * 100) / 100 }));
    for (const socket of sockets) socket.write(`${JSON.stringify({ samples })}\n`);
  }, 1000 / hertz);

  let received = 0;
  let bytes = 0;
  const committed = new Map<number, number>();
  const portOf = (address: unknown): number => (typeof address === 'object' && address !== null && 'port' in address ? Number(address.port) : 0);
  const configuration = {
    version: '1', gatewayId: 1, site: 'bench',
    endpoints: [{
      endpointId: 1, name: 'Bench device', connector: 'push-device', settings: { port: portOf(device.address()) }, backfillDays: 0,
      tags: Array.from({ length: tags }, (_, i) => ({ tagId: i + 1, tagPath: `bench/t${i}`, address: { name: `t${i}` }, scanIntervalMs: Math.round(1000 / hertz) })),
    }],
  };
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const path = new URL(request.url ?? '/', 'http://bench').pathname;
    const json = (status: number, body: unknown): void => void response.writeHead(status, { 'content-type': 'application/json', etag: '"1"' }).end(JSON.stringify(body));
    if (path.endsWith('/status')) return void response.writeHead(204).end();
    if (path.endsWith('/configuration')) return request.headers['if-none-match'] === '"1"' ? void response.writeHead(304).end() : json(200, configuration);
    if (path.endsWith('/watermark')) return json(200, { epoch: [...committed.keys()][0] ?? 0, seq: [...committed.values()][0] ?? 0 });
    const body = Buffer.concat(parts);
    const { identity, samples } = decodeBatch(body);
    received += samples.tagIds.length;
    bytes += body.length;
    committed.set(identity.epoch, Math.max(committed.get(identity.epoch) ?? 0, identity.seq));
    json(202, { committed: { epoch: identity.epoch, seq: committed.get(identity.epoch) } });
  }
  const ingest = createServer((request, response) => void answer(request, response));
  await new Promise<void>((done) => ingest.listen(0, '127.0.0.1', done));

  const gateway = spawn(process.execPath, [...unitOptions(), join(root, 'services/edge-gateway/dist/main.js')], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, INGEST_URL: `http://127.0.0.1:${portOf(ingest.address())}`, GATEWAY_KEY: KEY, GATEWAY_DATA_DIR: folder, CONNECTORS_DIR: join(root, 'services/edge-gateway/test/connectors'), LOG_LEVEL: 'warn' },
  });
  const cpuSeconds = (): number => {
    const fields = readFileSync(`/proc/${gateway.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  };
  const rssMb = (): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${gateway.pid}/status`, 'utf8'))?.[1]) / 1024;

  try {
    await pause(8_000);
    const before = { cpu: cpuSeconds(), at: performance.now(), received, bytes };
    let most = 0;
    const minutes: { readonly minute: number; readonly rss: number; readonly core: number }[] = [];
    let minuteCpu = before.cpu;
    for (let second = 1; second <= seconds; second++) {
      await pause(1_000);
      most = Math.max(most, rssMb());
      if (second % 60 > 0) continue;
      const cpu = cpuSeconds();
      minutes.push({ minute: second / 60, rss: rssMb(), core: (cpu - minuteCpu) / 60 });
      minuteCpu = cpu;
      const { minute, rss, core } = minutes.at(-1) ?? { minute: 0, rss: 0, core: 0 };
      if (seconds > 120) process.stdout.write(`  minute ${minute}: RSS ${rss.toFixed(1)} MB, ${(core * 100).toFixed(1)} % of a core\n`);
    }
    const elapsed = (performance.now() - before.at) / 1000;
    const core = (cpuSeconds() - before.cpu) / elapsed;
    const rate = (received - before.received) / elapsed;
    printResult('gateway', { tags, hertz, seconds, 'limit % of a core': LIMITS.core * 100, 'limit MB': LIMITS.rssMb }, [
      { '% of a core': core * 100, 'RSS MB at most': most, 'samples/s committed': rate, 'samples/s asked': tags * hertz, 'B/sample on the wire': (bytes - before.bytes) / (received - before.received) },
    ]);
    if (minutes.length >= 10) process.stdout.write(`  RSS over the last ${minutes.length - 5} min: ${slopeOf(minutes.slice(5).map(({ minute, rss }) => [minute, rss])).toFixed(3)} MB/min\n`);
    process.exitCode = core <= LIMITS.core && most <= LIMITS.rssMb && rate >= tags * hertz * 0.97 ? 0 : 1;
  } finally {
    clearInterval(beat);
    gateway.kill('SIGTERM');
    await new Promise((done) => gateway.once('exit', done));
    for (const socket of sockets) socket.destroy();
    device.close();
    ingest.closeAllConnections();
    ingest.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Node's options in the systemd unit: what is measured is what is deployed. */
function unitOptions(): readonly string[] {
  const start = /^ExecStart=(.*)$/m.exec(readFileSync(join(root, 'deploy/edge/telltale-gateway.service'), 'utf8'))?.[1] ?? '';
  return start.split(' ').filter((word) => word.startsWith('--'));
}

/** Least squares, y per x. */
function slopeOf(points: readonly (readonly [number, number])[]): number {
  const mean = (at: 0 | 1): number => points.reduce((sum, point) => sum + point[at], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  return points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0) / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
}
