// Modbus registers per second through the whole connector (plan, line, framing, checks, circuit, decoding, observations) against a bare socket
// loop, alternated in one run. Limit: ratio >= 0.7. Peers are shown for comparison.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import modbusConnector from '@telltale/connector-modbus';
import { median, numbersFrom, printResult, type BenchRow } from './measure.mts';
import { bareSocket, BLOCK, peersAt, type Peer } from './modbus-peers.mts';

const LIMIT = 0.7;

interface Slice {
  readonly perSecond: number;
  readonly perCoreSecond: number;
}

async function wholeConnector(port: number, registers: number): Promise<Peer> {
  const host = { storageDir: '', now: () => Date.now() * 1000, emit: () => undefined, missed: () => undefined, state: () => undefined, secret: () => '' };
  const connector = modbusConnector.create(modbusConnector.parseSettings({ host: '127.0.0.1', port }), host);
  const tags = Array.from({ length: registers }, (_none, register) => ({ tagId: register + 1, tagPath: `bench/${register}`, scanIntervalMs: 1_000, address: modbusConnector.parseAddress({ table: 'holding', register }) }));
  await connector.setTags(tags);
  await connector.open();
  const loop = async (untilMs: number): Promise<number> => {
    let read = 0;
    while (performance.now() < untilMs) {
      // A new list each time, as the schedule of the gateway makes it.
      const seen = (await connector.poll?.([...tags])) ?? [];
      for (const { value, status } of seen) if (status === 0 && value >= 0) read++;
    }
    return read;
  };
  return { what: 'whole connector', loop, close: () => void connector.close() };
}

async function slice(peer: Peer, ms: number): Promise<Slice> {
  const startedMs = performance.now();
  const before = process.cpuUsage();
  const registers = await peer.loop(startedMs + ms);
  const cpu = process.cpuUsage(before);
  return { perSecond: (registers * 1000) / (performance.now() - startedMs), perCoreSecond: registers / ((cpu.user + cpu.system) / 1e6) };
}

/** `npm run bench -- modbus`: prints the ratio and fails below the limit. */
export async function benchModbus(args: readonly string[]): Promise<void> {
  const { rounds, registers, 'slice-ms': sliceMs } = numbersFrom(args, { rounds: 9, registers: 1_000, 'slice-ms': 500 });
  const server = fork(resolve(import.meta.dirname, 'modbus-server.mts'), [], { execArgv: ['--no-warnings'] });
  const [port] = await once(server, 'message');
  const peers = [await bareSocket(Number(port)), await wholeConnector(Number(port), registers), ...(await peersAt(Number(port)))];
  const slices = new Map<Peer, Slice[]>(peers.map((peer) => [peer, []]));
  try {
    for (const peer of peers) await peer.loop(performance.now() + sliceMs);
    for (let round = 0; round < rounds; round++) {
      // Alternating order: nobody always meets the same neighbour.
      for (const peer of round % 2 === 0 ? peers : peers.toReversed()) slices.get(peer)?.push(await slice(peer, sliceMs));
    }
  } finally {
    for (const peer of peers) peer.close();
    server.kill('SIGKILL');
  }
  const bare = slices.get(peers[0] ?? Object(undefined)) ?? [];
  const ratioOf = (peer: Peer): number => median((slices.get(peer) ?? []).map(({ perSecond }, round) => perSecond / (bare[round]?.perSecond ?? NaN)));
  const rows = peers.map((peer): BenchRow => {
    const all = slices.get(peer) ?? [];
    return {
      what: peer.what,
      'registers/s': median(all.map(({ perSecond }) => perSecond)),
      'of the bare loop': ratioOf(peer),
      'registers per core second': peer.what === 'pymodbus' ? '-' : median(all.map(({ perCoreSecond }) => perCoreSecond)),
    };
  });
  const [, connector] = peers;
  const ratio = connector ? ratioOf(connector) : NaN;
  printResult('modbus', { rounds, registers, 'registers per request': BLOCK, ratio: Number(ratio.toFixed(2)), limit: LIMIT }, rows);
  process.exitCode = ratio >= LIMIT ? 0 : 1;
}
