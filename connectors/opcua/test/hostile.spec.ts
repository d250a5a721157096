import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually, pause } from '@telltale/connector-sdk/testing';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { OpenEndpoint, tagAt } from './endpoint.js';
import { RestartableDevice } from './simulated-device.js';

// A man in the middle that turns hostile: it changes what the server sends.
let device: RestartableDevice;
let server: Server;
let port = 0;
let tamper: (bytes: Buffer) => Buffer = (bytes) => bytes;
const sockets = new Set<Socket>();

beforeEach(async () => {
  device = await RestartableDevice.create({ values: 3, beatMs: 100 });
  tamper = (bytes) => bytes;
  server = createServer((inside) => {
    const outside = connect(device.port, '127.0.0.1');
    for (const socket of [inside, outside]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        inside.destroy();
        outside.destroy();
      });
    }
    inside.on('data', (bytes) => outside.write(bytes));
    outside.on('data', (bytes) => inside.write(tamper(bytes)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = address !== null && typeof address === 'object' ? address.port : 0;
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  server.close();
  await device.dispose();
});

describe('a hostile network', () => {
  test.each([
    ['flips a bit in every answer', (bytes: Buffer) => {
      const changed = Buffer.from(bytes);
      changed[Math.floor(changed.length / 2)] = (changed[Math.floor(changed.length / 2)] ?? 0) ^ 1;
      return changed;
    }],
    ['announces a message of two gigabytes', (bytes: Buffer) => {
      const changed = Buffer.from(bytes);
      if (changed.length >= 8) changed.writeUInt32LE(0x7fff_ffff, 4);
      return changed;
    }],
    ['sends garbage', (bytes: Buffer) => Buffer.alloc(bytes.length, 0x5a)],
    ['cuts every answer short', (bytes: Buffer) => bytes.subarray(0, Math.floor(bytes.length / 2))],
  ])('that %s yields no sample, no crash and no growth; honest again, it is read within 5 s', async (_title, attack) => {
    const endpoint = await OpenEndpoint.open({ endpointUrl: `opc.tcp://localhost:${port}/plc` }, [tagAt(0, 100)]);
    const { host } = endpoint;
    await eventually('data flows', 5_000, () => host.of(1).length > 5);
    tamper = attack;
    await pause(300);
    const [seen, memory] = [host.observations.length, process.memoryUsage().rss];
    await pause(1_500);
    expect(host.observations.length).toBe(seen);
    expect(process.memoryUsage().rss - memory).toBeLessThan(150e6);
    tamper = (bytes) => bytes;
    for (const socket of sockets) socket.destroy();
    const sinceUs = host.now();
    await eventually('data flows again', 12_000, () => host.of(1).some(({ emittedUs, status }) => emittedUs > sinceUs && status === 0));
    expect((host.now() - sinceUs) / 1e6).toBeLessThan(5);
    await endpoint.close();
  });
});
