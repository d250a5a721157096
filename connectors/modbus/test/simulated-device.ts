import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import { pause } from '@telltale/connector-sdk/testing';
import type { ModbusTable } from '../src/modbus.address.js';
import { crc16 } from '../src/wire/crc16.js';
import { plantAuthority, type Authority } from './plant-authority.js';
import { SerialPair } from './serial-pair.js';

/** How a device misbehaves. Each is one way in which real ones were seen to fail. */
export const MISBEHAVIOURS = [
  'silent',
  'answers-late',
  'wrong-transaction-or-crc',
  'wrong-unit',
  'wrong-function',
  'greater-byte-count',
  'smaller-byte-count',
  'truncated',
  'trailing-bytes',
  'garbage-first',
  'closes',
  'resets-in-the-middle',
  'exception-failure',
  'exception-busy',
  'gateway-target-silent',
  'wrong-protocol-or-bit-flip',
  'answers-twice',
  'lying-length',
  'repeats-the-last-answer',
  'rest-comes-late',
] as const;
export type Misbehaviour = (typeof MISBEHAVIOURS)[number];

export type DeviceTransport = 'tcp' | 'rtu-over-tcp' | 'tls' | 'rtu';

/** One authority for all devices of a test process: making keys takes a while. */
let authority: { readonly plant: Authority; readonly device: ReturnType<Authority['issue']>; readonly gateway: ReturnType<Authority['issue']> } | undefined;

function papers(): NonNullable<typeof authority> {
  if (authority) return authority;
  const plant = plantAuthority();
  authority = { plant, device: plant.issue('plc'), gateway: plant.issue('gateway') };
  plant.dispose();
  return authority;
}

/** Ends a connection without a farewell; TLS can't send a reset. */
const cut = (socket: Socket): void => void (socket instanceof TLSSocket ? socket.destroy() : socket.resetAndDestroy());

/** Where a device is connected: a socket, or the far end of a serial cable. */
interface Wire {
  write(bytes: Buffer): void;
  /** The connection ends; a serial cable has no such thing. */
  end(): void;
  reset(): void;
}

const TABLES: Readonly<Record<number, ModbusTable>> = { 1: 'coil', 2: 'discrete', 3: 'holding', 4: 'input' };

/** A real Modbus device on a loopback port, written without the connector's codec, that can be told how to misbehave. */
export class SimulatedDevice {
  misbehaviour: Misbehaviour | undefined;
  /** Units that answer nobody. */
  readonly deadUnits = new Set<number>();
  /** Every function code seen on the wire. */
  readonly functionCodes = new Set<number>();
  readonly requests: { readonly unit: number; readonly functionCode: number; readonly first: number; readonly count: number }[] = [];
  lateMs = 120;
  /** On a serial line: the adapter of the master hears its own request. */
  echoes = false;
  /** Time that a byte takes on the wire; a pseudo-terminal takes none. */
  byteMs = 0;
  /** Time that units need before they answer. */
  readonly thinksMs = new Map<number, number>();
  /** Shortest silence seen on a serial line between an answer and the next request. */
  shortestSilenceMs = Number.POSITIVE_INFINITY;
  /** Requests that came while an answer was on the wire. */
  collisions = 0;
  private wireFreeMs = 0;
  private speaking: Promise<void> = Promise.resolve();
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;
  private serial: { readonly pair: SerialPair; readonly close: () => Promise<void> } | undefined;
  private lastAnswer: Buffer | undefined;
  private boundPort = 0;

  constructor(
    /** Register or bit; undefined = illegal address. */
    private readonly valueAt: (unit: number, table: ModbusTable, address: number) => number | undefined,
    private readonly transport: DeviceTransport = 'tcp',
  ) {}

  get port(): number {
    return this.boundPort;
  }

  get connections(): number {
    return this.sockets.size;
  }

  /** The cable of a device on a serial line. */
  get pair(): SerialPair {
    if (!this.serial) throw new Error('this device has no serial line');
    return this.serial.pair;
  }

  /** Raw settings that reach this device. */
  get settings(): Readonly<Record<string, unknown>> {
    if (this.transport === 'rtu') return { transport: 'rtu', serial: { path: this.pair.master, baudRate: 115_200 } };
    const tls = { caPem: papers().plant.ca, certificatePem: papers().gateway.certificate, privateKeySecret: 'gateway-key', serverName: 'plc.plant' };
    return { host: '127.0.0.1', port: this.port, transport: this.transport, ...(this.transport === 'tls' && { tls }) };
  }

  get secrets(): Readonly<Record<string, string>> {
    return this.transport === 'tls' ? { 'gateway-key': papers().gateway.key } : {};
  }

  async start(): Promise<this> {
    if (this.transport === 'rtu') {
      await this.joinCable(this.serial?.pair ?? (await new SerialPair().plugIn()));
      return this;
    }
    const listen = (socket: Socket): void => this.serve(socket);
    const { plant, device } = this.transport === 'tls' ? papers() : { plant: undefined, device: undefined };
    const server = device
      ? createTlsServer({ cert: device.certificate, key: device.key, ca: plant.ca, requestCert: true, rejectUnauthorized: true }, listen)
      : createServer(listen);
    this.server = server;
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(this.boundPort, '127.0.0.1', resolve));
    const address = server.address();
    if (address !== null && typeof address === 'object') this.boundPort = address.port;
    return this;
  }

  /** Rejects when anything but a read ever reached this device: so each test of the suite watches the wire. */
  async stop(): Promise<void> {
    const { server, serial } = this;
    this.server = undefined;
    this.serial = undefined;
    for (const socket of this.sockets) cut(socket);
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
    await serial?.close();
    await serial?.pair.dispose();
    const foreign = [...this.functionCodes].filter((code) => TABLES[code] === undefined);
    if (foreign.length > 0) throw new Error(`requests of function ${foreign.join(', ')} reached the device: only 1 to 4 may`);
  }

  /** Takes the far end of a cable, also of one that was plugged in again. */
  async joinCable(pair: SerialPair): Promise<void> {
    const { SerialPort } = await import('serialport');
    const port = new SerialPort({ path: pair.slave, baudRate: 115_200, autoOpen: false });
    await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
    port.on('error', () => undefined);
    const close = (): Promise<void> => new Promise((resolve) => (port.isOpen ? port.close(() => resolve()) : resolve()));
    this.serial = { pair, close };
    this.hear(port, { write: (bytes) => void (port.isOpen && port.write(bytes)), end: () => undefined, reset: () => undefined });
  }

  private serve(socket: Socket): void {
    this.sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
    this.hear(socket, { write: (bytes) => void (socket.writable && socket.write(bytes)), end: () => void socket.end(), reset: () => cut(socket) });
  }

  private hear(source: { on(event: 'data', listener: (chunk: Buffer) => void): unknown }, wire: Wire): void {
    let pending = Buffer.alloc(0);
    source.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      const size = this.mbap ? 12 : 8;
      while (pending.length >= size) {
        this.answer(wire, pending.subarray(0, size));
        pending = pending.subarray(size);
      }
    });
  }

  private get mbap(): boolean {
    return this.transport === 'tcp' || this.transport === 'tls';
  }

  /** An answer takes its time; it is on the wire until its last byte. */
  private send(wire: Wire, unit: number, requestBytes: number, frame: Buffer): void {
    const nowMs = performance.now();
    if (nowMs < this.wireFreeMs) this.collisions++;
    else if (this.wireFreeMs > 0) this.shortestSilenceMs = Math.min(this.shortestSilenceMs, nowMs - this.wireFreeMs);
    // One thing after the other, as in a real unit.
    const freeMs = Math.max(nowMs, this.wireFreeMs);
    this.wireFreeMs = freeMs + (this.thinksMs.get(unit) ?? 0) + (requestBytes + frame.length) * this.byteMs;
    if (this.wireFreeMs === nowMs) return wire.write(frame);
    const dueMs = this.wireFreeMs;
    this.speaking = this.speaking.then(() => pause(Math.max(0, dueMs - performance.now()))).then(() => wire.write(frame));
  }

  private answer(wire: Wire, request: Buffer): void {
    const body = this.mbap ? request.subarray(6) : request.subarray(0, 6);
    const [unit = 0, functionCode = 0] = body;
    const [first, count] = [body.readUInt16BE(2), body.readUInt16BE(4)];
    this.functionCodes.add(functionCode);
    this.requests.push({ unit, functionCode, first, count });
    if (this.echoes) wire.write(Buffer.from(request));
    if (this.deadUnits.has(unit)) return;
    const transaction = this.mbap ? request.readUInt16BE(0) : 0;
    const frame = this.frame(transaction, unit, this.pdu(unit, functionCode, first, count));
    if (this.misbehaviour) this.misbehave(wire, this.misbehaviour, { transaction, unit, functionCode, first, count, frame });
    else this.send(wire, unit, request.length, frame);
    this.lastAnswer = frame;
  }

  private pdu(unit: number, functionCode: number, first: number, count: number): Buffer {
    const table = TABLES[functionCode];
    if (!table) return Buffer.from([functionCode | 0x80, 1]);
    const values = Array.from({ length: count }, (_, i) => this.valueAt(unit, table, first + i));
    if (values.some((value) => value === undefined)) return Buffer.from([functionCode | 0x80, 2]);
    if (functionCode > 2) return Buffer.from([functionCode, count * 2, ...values.flatMap((value = 0) => [value >> 8, value & 255])]);
    const bytes = new Uint8Array(Math.ceil(count / 8));
    for (const [i, value = 0] of values.entries()) bytes[i >> 3] = (bytes[i >> 3] ?? 0) | ((value & 1) << (i & 7));
    return Buffer.from([functionCode, bytes.length, ...bytes]);
  }

  private frame(transaction: number, unit: number, pdu: Buffer): Buffer {
    if (this.mbap) return Buffer.from([transaction >> 8, transaction & 255, 0, 0, 0, pdu.length + 1, unit, ...pdu]);
    const body = Buffer.from([unit, ...pdu]);
    const crc = crc16(body);
    return Buffer.from([...body, crc & 255, crc >> 8]);
  }

  private misbehave(
    wire: Wire,
    kind: Misbehaviour,
    { transaction, unit, functionCode, first, count, frame }: { transaction: number; unit: number; functionCode: number; first: number; count: number; frame: Buffer },
  ): void {
    const tcp = this.mbap;
    const right = this.pdu(unit, functionCode, first, count);
    const changed = (at: number, value: number): Buffer => Buffer.from(frame.map((byte, i) => (i === at ? value : byte)));
    switch (kind) {
      case 'silent':
        return;
      case 'answers-late':
        return void setTimeout(() => wire.write(frame), this.lateMs);
      case 'wrong-transaction-or-crc':
        return wire.write(tcp ? this.frame((transaction + 7) & 0xffff, unit, right) : changed(frame.length - 1, (frame.at(-1) ?? 0) ^ 0x55));
      case 'wrong-unit':
        return wire.write(this.frame(transaction, unit + 1, right));
      case 'wrong-function':
        return wire.write(this.frame(transaction, unit, Buffer.from([functionCode === 3 ? 4 : 3, ...right.subarray(1)])));
      case 'greater-byte-count':
        return wire.write(this.frame(transaction, unit, Buffer.from([functionCode, (right[1] ?? 0) + 2, ...right.subarray(2)])));
      case 'smaller-byte-count':
        return wire.write(this.frame(transaction, unit, Buffer.from([functionCode, (right[1] ?? 0) - 1, ...right.subarray(2)])));
      case 'truncated':
        return wire.write(frame.subarray(0, frame.length - 2));
      case 'trailing-bytes':
        return wire.write(Buffer.concat([frame, Buffer.from([1, 2, 3, 4, 5, 6, 7, 8, 9])]));
      case 'garbage-first':
        return wire.write(Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n'), frame]));
      case 'closes':
        return wire.end();
      case 'resets-in-the-middle':
        wire.write(frame.subarray(0, 6));
        return void setTimeout(() => wire.reset(), 10);
      case 'exception-failure':
        return wire.write(this.frame(transaction, unit, Buffer.from([functionCode | 0x80, 4])));
      case 'exception-busy':
        return wire.write(this.frame(transaction, unit, Buffer.from([functionCode | 0x80, 6])));
      case 'gateway-target-silent':
        return wire.write(this.frame(transaction, unit, Buffer.from([functionCode | 0x80, 0x0b])));
      case 'wrong-protocol-or-bit-flip':
        return wire.write(tcp ? changed(3, 1) : changed(4, (frame[4] ?? 0) ^ 4));
      case 'answers-twice':
        wire.write(frame);
        return wire.write(frame);
      case 'lying-length':
        return wire.write(tcp ? changed(5, 60) : changed(2, 60));
      case 'repeats-the-last-answer':
        return wire.write(this.lastAnswer ?? frame);
      case 'rest-comes-late':
        wire.write(frame.subarray(0, 8));
        return void setTimeout(() => wire.write(frame.subarray(8)), this.lateMs);
    }
  }
}
