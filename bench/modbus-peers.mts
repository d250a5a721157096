// Other Modbus clients, each reading blocks of registers in a loop: what it brings through per second is printed beside ours.
import { spawnSync } from 'node:child_process';
import { connect } from 'node:net';

export const BLOCK = 125;

/** Reads blocks until the time is over; the registers that came. */
export type ReadLoop = (untilMs: number) => Promise<number>;

export interface Peer {
  readonly what: string;
  readonly loop: ReadLoop;
  close(): void;
}

/** The limit: one socket, one request under way, every register turned into a number, nothing checked but the length. */
export async function bareSocket(port: number): Promise<Peer> {
  const socket = connect(port, '127.0.0.1').setNoDelay(true);
  await new Promise((ready) => socket.once('connect', ready));
  const request = Buffer.from([0, 1, 0, 0, 0, 6, 1, 3, 0, 0, 0, BLOCK]);
  const bytes = 9 + BLOCK * 2;
  const loop: ReadLoop = (untilMs) =>
    new Promise((done) => {
      let registers = 0;
      let pending: Buffer = Buffer.alloc(0);
      const values = new Float64Array(BLOCK);
      const listen = (chunk: Buffer): void => {
        pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
        if (pending.length < bytes) return;
        for (let i = 0; i < BLOCK; i++) values[i] = pending.readUInt16BE(9 + i * 2);
        registers += values.length;
        pending = Buffer.alloc(0);
        if (performance.now() < untilMs) return void socket.write(request);
        socket.off('data', listen);
        done(registers);
      };
      socket.on('data', listen);
      socket.write(request);
    });
  return { what: 'bare socket loop', loop, close: () => void socket.destroy() };
}

async function modbusSerial(port: number): Promise<Peer> {
  const { default: modbus } = await import('modbus-serial');
  const client = new modbus.default();
  await client.connectTCP('127.0.0.1', { port });
  client.setID(1);
  const loop: ReadLoop = async (untilMs) => {
    let registers = 0;
    while (performance.now() < untilMs) registers += (await client.readHoldingRegisters(0, BLOCK)).data.length;
    return registers;
  };
  return { what: 'modbus-serial', loop, close: () => client.close(() => undefined) };
}

async function jsModbus(port: number): Promise<Peer> {
  const { ModbusTCPClient } = await import('jsmodbus');
  const socket = connect(port, '127.0.0.1').setNoDelay(true);
  const client = new ModbusTCPClient(socket, 1);
  await new Promise((ready) => socket.once('connect', ready));
  const loop: ReadLoop = async (untilMs) => {
    let registers = 0;
    while (performance.now() < untilMs) registers += (await client.readHoldingRegisters(0, BLOCK)).response.body.valuesAsArray.length;
    return registers;
  };
  return { what: 'jsmodbus', loop, close: () => void socket.destroy() };
}

const PYMODBUS = `
import sys, time
from pymodbus.client import ModbusTcpClient
client = ModbusTcpClient('127.0.0.1', port=int(sys.argv[1]))
client.connect()
end = time.monotonic() + float(sys.argv[2])
registers = 0
while time.monotonic() < end:
    registers += len(client.read_holding_registers(0, count=${BLOCK}).registers)
print(registers)
`;

/** Only where python3 has it. */
function pyModbus(port: number): Peer | undefined {
  if (spawnSync('python3', ['-c', 'import pymodbus'], { stdio: 'ignore' }).status !== 0) return undefined;
  const loop: ReadLoop = (untilMs) => {
    const run = spawnSync('python3', ['-c', PYMODBUS, String(port), String((untilMs - performance.now()) / 1000)], { encoding: 'utf8' });
    return Promise.resolve(Number(run.stdout.trim()));
  };
  return { what: 'pymodbus', loop, close: () => undefined };
}

/** The peers that are here; one that is missing is left out. */
export async function peersAt(port: number): Promise<readonly Peer[]> {
  const settled = await Promise.allSettled([modbusSerial(port), jsModbus(port)]);
  const found = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const python = pyModbus(port);
  return python ? [...found, python] : found;
}
