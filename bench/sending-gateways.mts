// A process that is many gateways: each keeps a few batches under way over HTTP, until the watermark covers them. Started by the bench `e2e` with an order on stdin; answers one line of JSON per second and one at the end.
import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { encodeBatch, type SampleBatch, type SampleColumns } from '@telltale/tag-sample';
import { SensorLike } from './sensor-like.mts';
import type { RegisteredGateway } from './registered-plant.mts';

export interface SendingOrder {
  readonly url: string;
  readonly gateways: readonly RegisteredGateway[];
  readonly secondsPerBatch: number;
  readonly seconds: number;
  /** Batches that a gateway sends before an earlier one is committed. */
  readonly ahead: number;
  /** True: at most one batch per `secondsPerBatch`, with source times of now. */
  readonly live: boolean;
  readonly epoch: number;
  readonly seed: number;
}

const parts: Buffer[] = [];
for await (const part of process.stdin) parts.push(part as Buffer);
const order = JSON.parse(Buffer.concat(parts).toString()) as SendingOrder;
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const count = { sent: 0, samples: 0, refused: 0 };

/** Values repeat; times do not: what is measured is the path, not the generator. */
function templateOf(gateway: RegisteredGateway, index: number): SampleColumns {
  const sensors = new SensorLike(gateway.tagIds.length, order.seed + index);
  const columns = sensors.columns(0, gateway.tagIds.length, 0, order.secondsPerBatch);
  return { ...columns, tagIds: columns.tagIds.map((tag) => gateway.tagIds[tag - 1] ?? 0) };
}

function post(gateway: RegisteredGateway, body: Buffer): Promise<{ status: number; committed: number }> {
  return new Promise((resolve, reject) => {
    const sent = request(`${order.url}/v1/batches`, { method: 'POST', agent, headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/octet-stream', 'content-length': body.length } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part)).on('end', () => {
        const parsed = JSON.parse(text) as { committed?: { seq: number } };
        resolve({ status: answer.statusCode ?? 0, committed: parsed.committed?.seq ?? 0 });
      });
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

async function run(gateway: RegisteredGateway, index: number): Promise<void> {
  const template = templateOf(gateway, index);
  const started = Date.now() * 1_000;
  const untilMs = Date.now() + order.seconds * 1_000;
  // Gateways don't send in step.
  if (order.live) await pause((order.secondsPerBatch * 1_000 * index) / order.gateways.length);
  const underWay = new Set<Promise<void>>();
  let committed = 0;
  for (let seq = 1; Date.now() < untilMs; seq++) {
    const baseUs = order.live ? Date.now() * 1_000 - (order.secondsPerBatch - 1) * 1e6 - 20_000 : started + seq * order.secondsPerBatch * 1e6 - 86_400e6;
    const sourceTimesUs = template.sourceTimesUs.map((time) => time + baseUs);
    const batch: SampleBatch = { identity: { gatewayId: gateway.gatewayId, epoch: order.epoch, seq }, samples: { ...template, sourceTimesUs, serverTimesUs: sourceTimesUs.map((time) => time + 35_000) }, continuity: [] };
    const body = encodeBatch(batch);
    const sending = (async () => {
      for (;;) {
        const answer = await post(gateway, body);
        committed = Math.max(committed, answer.committed);
        if (answer.status === 202) break;
        count.refused++;
        await pause(250);
      }
      count.sent++;
      count.samples += template.tagIds.length;
    })();
    underWay.add(sending);
    void sending.finally(() => underWay.delete(sending));
    if (order.live) await pause(order.secondsPerBatch * 1_000);
    else if (underWay.size >= order.ahead) await Promise.race(underWay);
  }
  await Promise.all(underWay);
}

const started = performance.now();
await Promise.all(order.gateways.map(run));
const { user, system } = process.cpuUsage();
process.stdout.write(`${JSON.stringify({ ...count, seconds: (performance.now() - started) / 1_000, cpuS: (user + system) / 1e6 })}\n`);
agent.destroy();
