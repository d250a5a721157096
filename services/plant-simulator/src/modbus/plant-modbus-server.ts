import { createServer, type Server, type Socket } from 'node:net';
import { listenError } from '@telltale/service-runtime';
import { answer } from './modbus-answer.js';
import type { RegisterImage } from './register-image.js';

const MBAP_BYTES = 7;
const MAX_ADU_BYTES = 260;
const MAX_CONNECTIONS = 16;

/** Modbus TCP server of the plant's controllers. `pause` is a power cut: connections drop and the port is closed. */
export class PlantModbusServer {
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;
  private boundPort: number;
  private closed = false;

  constructor(
    private readonly image: RegisterImage,
    readonly host: string,
    port: number,
  ) {
    this.boundPort = port;
  }

  /** The same after every restart. */
  get port(): number {
    return this.boundPort;
  }

  get listening(): boolean {
    return this.server?.listening === true;
  }

  async start(): Promise<void> {
    if (this.server || this.closed) return;
    const server = createServer((socket) => this.serve(socket));
    server.maxConnections = MAX_CONNECTIONS;
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => {
        this.server = undefined;
        reject(listenError(error, { host: this.host, port: this.boundPort, portVariable: 'MODBUS_PORT' }));
      });
      server.listen(this.boundPort, this.host, resolve);
    });
    const address = server.address();
    if (address !== null && typeof address === 'object') this.boundPort = address.port;
  }

  async pause(): Promise<void> {
    const server = this.server;
    this.server = undefined;
    for (const socket of this.sockets) socket.destroy();
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.pause();
  }

  private serve(socket: Socket): void {
    this.sockets.add(socket);
    socket.setNoDelay(true);
    let pending: Buffer = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('data', (chunk) => {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      while (pending.length >= MBAP_BYTES) {
        const length = 6 + pending.readUInt16BE(4);
        // Not Modbus: protocol id other than 0, or a length no request has (Modbus Messaging on TCP/IP §3.1.3).
        if (pending.readUInt16BE(2) !== 0 || length < MBAP_BYTES + 1 || length > MAX_ADU_BYTES) return void socket.destroy();
        if (pending.length < length) return;
        socket.write(this.reply(pending.subarray(0, length)));
        pending = pending.subarray(length);
      }
    });
  }

  private reply(request: Buffer): Buffer {
    const pdu = answer(this.image, request[6] ?? 0, request.subarray(MBAP_BYTES));
    const header = Buffer.from(request.subarray(0, MBAP_BYTES));
    header.writeUInt16BE(pdu.length + 1, 4);
    return Buffer.concat([header, pdu]);
  }
}
