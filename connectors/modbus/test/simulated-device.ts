import { createServer, type Server, type Socket } from 'node:net';
import type { ModbusTable } from '../src/modbus.address.js';
import { crc16 } from '../src/wire/crc16.js';

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

export type DeviceTransport = 'tcp' | 'rtu-over-tcp';

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
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;
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

  async start(): Promise<this> {
    const server = createServer((socket) => this.serve(socket));
    this.server = server;
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(this.boundPort, '127.0.0.1', resolve));
    const address = server.address();
    if (address !== null && typeof address === 'object') this.boundPort = address.port;
    return this;
  }

  async stop(): Promise<void> {
    const server = this.server;
    this.server = undefined;
    for (const socket of this.sockets) socket.resetAndDestroy();
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  private serve(socket: Socket): void {
    this.sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
    let pending = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      const size = this.transport === 'tcp' ? 12 : 8;
      while (pending.length >= size) {
        this.answer(socket, pending.subarray(0, size));
        pending = pending.subarray(size);
      }
    });
  }

  private answer(socket: Socket, request: Buffer): void {
    const body = this.transport === 'tcp' ? request.subarray(6) : request.subarray(0, 6);
    const [unit = 0, functionCode = 0] = body;
    const [first, count] = [body.readUInt16BE(2), body.readUInt16BE(4)];
    this.functionCodes.add(functionCode);
    this.requests.push({ unit, functionCode, first, count });
    if (this.deadUnits.has(unit)) return;
    const transaction = this.transport === 'tcp' ? request.readUInt16BE(0) : 0;
    const frame = this.frame(transaction, unit, this.pdu(unit, functionCode, first, count));
    if (this.misbehaviour) this.misbehave(socket, this.misbehaviour, { transaction, unit, functionCode, first, count, frame });
    else socket.write(frame);
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
    if (this.transport === 'tcp') return Buffer.from([transaction >> 8, transaction & 255, 0, 0, 0, pdu.length + 1, unit, ...pdu]);
    const body = Buffer.from([unit, ...pdu]);
    const crc = crc16(body);
    return Buffer.from([...body, crc & 255, crc >> 8]);
  }

  private misbehave(
    socket: Socket,
    kind: Misbehaviour,
    { transaction, unit, functionCode, first, count, frame }: { transaction: number; unit: number; functionCode: number; first: number; count: number; frame: Buffer },
  ): void {
    const tcp = this.transport === 'tcp';
    const right = this.pdu(unit, functionCode, first, count);
    const changed = (at: number, value: number): Buffer => Buffer.from(frame.map((byte, i) => (i === at ? value : byte)));
    switch (kind) {
      case 'silent':
        return;
      case 'answers-late':
        return void setTimeout(() => socket.writable && socket.write(frame), this.lateMs);
      case 'wrong-transaction-or-crc':
        return void socket.write(tcp ? this.frame((transaction + 7) & 0xffff, unit, right) : changed(frame.length - 1, (frame.at(-1) ?? 0) ^ 0x55));
      case 'wrong-unit':
        return void socket.write(this.frame(transaction, unit + 1, right));
      case 'wrong-function':
        return void socket.write(this.frame(transaction, unit, Buffer.from([functionCode === 3 ? 4 : 3, ...right.subarray(1)])));
      case 'greater-byte-count':
        return void socket.write(this.frame(transaction, unit, Buffer.from([functionCode, (right[1] ?? 0) + 2, ...right.subarray(2)])));
      case 'smaller-byte-count':
        return void socket.write(this.frame(transaction, unit, Buffer.from([functionCode, (right[1] ?? 0) - 1, ...right.subarray(2)])));
      case 'truncated':
        return void socket.write(frame.subarray(0, frame.length - 2));
      case 'trailing-bytes':
        return void socket.write(Buffer.concat([frame, Buffer.from([1, 2, 3, 4, 5, 6, 7, 8, 9])]));
      case 'garbage-first':
        return void socket.write(Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n'), frame]));
      case 'closes':
        return void socket.end();
      case 'resets-in-the-middle':
        socket.write(frame.subarray(0, 6));
        return void setTimeout(() => socket.resetAndDestroy(), 10);
      case 'exception-failure':
        return void socket.write(this.frame(transaction, unit, Buffer.from([functionCode | 0x80, 4])));
      case 'exception-busy':
        return void socket.write(this.frame(transaction, unit, Buffer.from([functionCode | 0x80, 6])));
      case 'gateway-target-silent':
        return void socket.write(this.frame(transaction, unit, Buffer.from([functionCode | 0x80, 0x0b])));
      case 'wrong-protocol-or-bit-flip':
        return void socket.write(tcp ? changed(3, 1) : changed(4, (frame[4] ?? 0) ^ 4));
      case 'answers-twice':
        socket.write(frame);
        return void socket.write(frame);
      case 'lying-length':
        return void socket.write(tcp ? changed(5, 60) : changed(2, 60));
      case 'repeats-the-last-answer':
        return void socket.write(this.lastAnswer ?? frame);
      case 'rest-comes-late':
        socket.write(frame.subarray(0, 8));
        return void setTimeout(() => socket.writable && socket.write(frame.subarray(8)), this.lateMs);
    }
  }
}
