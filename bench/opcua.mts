// OPC UA values per second of one core: the whole connector against a bare node-opcua client, alternated in one run.
// Limit: ratio >= 0.85.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { OPCUACertificateManager } from 'node-opcua-certificate-manager';
import { AttributeIds, MessageSecurityMode, OPCUAClient, SecurityPolicy, TimestampsToReturn, UserTokenType } from 'node-opcua-client';
import opcUaConnector from '@telltale/connector-opcua';
import { freePort, PASSWORD, USER, valueAddress } from '../connectors/opcua/test/simulated-device.ts';
import { median, numbersFrom, printResult } from './measure.mts';

const LIMIT = 0.85;

interface Plant {
  readonly folder: string;
  readonly port: number;
  readonly endpointUrl: string;
  readonly values: number;
  readonly beatMs: number;
  readonly seconds: number;
}

interface Measured {
  readonly perCoreSecond: number;
  readonly perSecond: number;
}

async function startServer({ port, folder, values, beatMs }: Plant): Promise<ChildProcess> {
  const options = { port, pki: join(folder, 'pki'), values, beatMs, history: false, monitoredItemsPerCall: 1000 };
  const child = fork(resolve(import.meta.dirname, '../connectors/opcua/test/simulated-process.ts'), [JSON.stringify(options)], { execArgv: ['--no-warnings'] });
  await once(child, 'message');
  return child;
}

async function measure(count: () => number, seconds: number): Promise<Measured> {
  await pause(1_500);
  const before = { count: count(), cpu: process.cpuUsage(), at: performance.now() };
  await pause(seconds * 1000);
  const received = count() - before.count;
  const cpu = process.cpuUsage(before.cpu);
  return { perCoreSecond: received / ((cpu.user + cpu.system) / 1e6), perSecond: received / ((performance.now() - before.at) / 1000) };
}

async function bare({ folder, endpointUrl, values, beatMs, seconds }: Plant): Promise<Measured> {
  const manager = new OPCUACertificateManager({ rootFolder: join(folder, 'bare'), automaticallyAcceptUnknownCertificate: true, disableFileWatchers: true });
  const client = OPCUAClient.create({ securityMode: MessageSecurityMode.SignAndEncrypt, securityPolicy: SecurityPolicy.Basic256Sha256, endpointMustExist: false, clientCertificateManager: manager });
  await client.connect(endpointUrl);
  const session = await client.createSession({ type: UserTokenType.UserName, userName: USER, password: PASSWORD });
  const namespace = (await session.readNamespaceArray()).indexOf('urn:telltale:test-plant');
  const subscription = await session.createSubscription2({ requestedPublishingInterval: 100, requestedMaxKeepAliveCount: 20, requestedLifetimeCount: 600, maxNotificationsPerPublish: 10_000, publishingEnabled: true });
  let received = 0;
  let sum = 0;
  for (let from = 0; from < values; from += 1000) {
    const nodes = Array.from({ length: Math.min(1000, values - from) }, (_none, index) => ({ nodeId: `ns=${namespace};s=Value${from + index}`, attributeId: AttributeIds.Value }));
    const group = await subscription.monitorItems(nodes, { samplingInterval: beatMs, queueSize: 20, discardOldest: true }, TimestampsToReturn.Both);
    group.on('changed', (_item, data) => {
      received++;
      sum += Number(data.value.value) + data.statusCode.value + (data.sourceTimestamp?.getTime() ?? 0);
    });
  }
  const measured = await measure(() => received, seconds);
  if (Number.isNaN(sum)) throw new Error('the bare client read no numbers');
  await client.disconnect();
  return measured;
}

async function connector({ folder, endpointUrl, values, beatMs, seconds }: Plant): Promise<Measured> {
  let received = 0;
  const thumbprints: string[] = [];
  const host = {
    storageDir: join(folder, 'connector'),
    now: () => Date.now() * 1000,
    emit: (observations: readonly unknown[]) => void (received += observations.length),
    missed: () => undefined,
    state: (state: { kind: string; thumbprint?: string }) => void (state.thumbprint && thumbprints.push(state.thumbprint)),
    secret: () => PASSWORD,
  };
  const settings = { endpointUrl, identity: { kind: 'user', user: USER, passwordSecret: 'plc' } };
  await opcUaConnector.create(opcUaConnector.parseSettings(settings), host).probe();
  const trusting = opcUaConnector.create(opcUaConnector.parseSettings({ ...settings, trustedThumbprints: thumbprints, publishingIntervalMs: 100 }), host);
  await trusting.setTags(Array.from({ length: values }, (_none, index) => ({ tagId: index + 1, tagPath: `bench/${index}`, address: opcUaConnector.parseAddress(valueAddress(index)), scanIntervalMs: beatMs })));
  await trusting.open();
  const measured = await measure(() => received, seconds);
  await trusting.close();
  return measured;
}

/** `npm run bench -- opcua`: prints the ratio and fails below the limit. */
export async function benchOpcUa(args: readonly string[]): Promise<void> {
  const { rounds, 'beat-ms': beatMs, ...options } = numbersFrom(args, { values: 2_000, 'beat-ms': 100, seconds: 4, rounds: 3 });
  const port = await freePort();
  const plant = { ...options, beatMs, port, endpointUrl: `opc.tcp://localhost:${port}/plc`, folder: mkdtempSync(join(tmpdir(), 'telltale-bench-')) };
  const server = await startServer(plant);
  const results: { bare: Measured; connector: Measured }[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      // Alternating order: neither always meets the warmer machine.
      const first = round % 2 === 0 ? await bare(plant) : undefined;
      const whole = await connector(plant);
      results.push({ bare: first ?? (await bare(plant)), connector: whole });
    }
  } finally {
    server.kill('SIGKILL');
    rmSync(plant.folder, { recursive: true, force: true });
  }
  const ratio = median(results.map((one) => one.connector.perCoreSecond / one.bare.perCoreSecond));
  const row = (what: string, all: readonly Measured[]): Record<string, string | number> => ({
    what, 'values per core second': median(all.map((one) => one.perCoreSecond)), 'values/s arrived': median(all.map((one) => one.perSecond)),
  });
  printResult('opcua', { ...options, beatMs, rounds, ratio: Number(ratio.toFixed(2)), limit: LIMIT }, [
    row('bare node-opcua client', results.map((one) => one.bare)),
    row('whole connector', results.map((one) => one.connector)),
  ]);
  process.exitCode = ratio >= LIMIT ? 0 : 1;
}
