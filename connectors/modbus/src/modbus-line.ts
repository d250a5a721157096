import type { Socket } from 'node:net';
import { ConnectorError, type ConnectorHost } from '@telltale/connector-sdk';
import type { Fault } from './answer-status.js';
import { lineName, openSocket } from './line-socket.js';
import type { ModbusSettings } from './modbus.settings.js';
import type { Framing } from './wire/framing.js';
import type { ReadRequest } from './wire/read-request.js';

export type LineAnswer = { readonly kind: 'data'; readonly data: Buffer } | Fault;

/** After a failed attempt to connect, requests fail at once for this long. */
const CONNECT_PAUSE_MS = 300;

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * One connection on which one request is under way at a time. Whatever doubts the next answer closes the connection: a framing error,
 * bytes nobody asked for, and on serial framing also a time-out, whose late answer could not be told from the next one.
 */
export class ModbusLine {
  private socket: Socket | undefined;
  private dialling: Socket | undefined;
  private pending: Buffer = Buffer.alloc(0);
  private settle: ((answer: LineAnswer) => void) | undefined;
  private queue: Promise<unknown> = Promise.resolve();
  private mayConnectAtMs = 0;
  private quietFromMs = 0;
  private closed = false;
  private reported: 'connected' | 'disconnected' | undefined;

  constructor(
    private readonly settings: ModbusSettings,
    private readonly framing: Framing,
    private readonly host: ConnectorHost,
  ) {}

  get connected(): boolean {
    return this.socket !== undefined;
  }

  /** Connects now; rejects with a ConnectorError. */
  open(): Promise<void> {
    this.closed = false;
    this.mayConnectAtMs = 0;
    return this.inTurn(async () => {
      if (!this.socket) await this.connect();
    });
  }

  /** Ends the connection; requests that wait get `not-connected`. */
  async close(): Promise<void> {
    this.closed = true;
    this.drop({ kind: 'lost' });
    this.dialling?.destroy();
    await this.queue;
  }

  /** Never rejects. */
  read(request: ReadRequest, timeoutMs: () => number | undefined): Promise<LineAnswer> {
    return this.inTurn(async () => {
      if (this.closed) return { kind: 'not-connected' };
      const limitMs = timeoutMs();
      if (limitMs === undefined) return { kind: 'circuit-open' };
      const answer = (await this.ready()) ?? (await this.exchange(request, limitMs));
      if (answer.kind !== 'lost' || this.closed) return answer;
      // Many devices close an idle connection just when it is needed: reading once more does no harm.
      return (await this.ready()) ?? this.exchange(request, limitMs);
    });
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.queue.then(work);
    this.queue = turn.catch(() => undefined);
    return turn;
  }

  private async ready(): Promise<Fault | undefined> {
    if (!this.socket) {
      if (Date.now() < this.mayConnectAtMs) return { kind: 'not-connected' };
      try {
        await this.connect();
      } catch {
        return { kind: 'not-connected' };
      }
    }
    const quietMs = this.quietFromMs - Date.now();
    if (quietMs > 0) await delay(quietMs);
    return this.socket ? undefined : { kind: 'not-connected' };
  }

  private async connect(): Promise<void> {
    this.host.state({ kind: 'connecting' });
    try {
      const socket = await openSocket(this.settings, this.host, (dialled) => (this.dialling = dialled));
      this.adopt(socket);
    } catch (error) {
      this.mayConnectAtMs = Date.now() + CONNECT_PAUSE_MS;
      if (error instanceof ConnectorError) this.report('disconnected', error.message, error.code);
      throw error;
    } finally {
      this.dialling = undefined;
    }
  }

  private adopt(socket: Socket): void {
    this.socket = socket;
    this.pending = Buffer.alloc(0);
    this.framing.reset();
    socket.on('data', (chunk) => this.receive(socket, chunk));
    // The close event follows and tells everything.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (this.socket === socket) this.drop({ kind: 'lost' }, 'the device closed the connection', 'modbus.connection-lost');
    });
    this.report('connected', '', '');
  }

  private async exchange(request: ReadRequest, limitMs: number): Promise<LineAnswer> {
    const answer = await new Promise<LineAnswer>((resolve) => {
      const timer = setTimeout(() => this.expire(), limitMs);
      this.settle = (settled) => {
        clearTimeout(timer);
        this.settle = undefined;
        resolve(settled);
      };
      this.socket?.write(this.framing.send(request));
    });
    if (this.settings.pauseBetweenRequestsMs > 0) await delay(this.settings.pauseBetweenRequestsMs);
    return answer;
  }

  private expire(): void {
    if (this.framing.giveUp() && this.pending.length === 0) {
      this.settle?.({ kind: 'timeout' });
      return;
    }
    this.letPass();
    this.drop({ kind: 'timeout' });
  }

  private receive(socket: Socket, chunk: Buffer): void {
    if (this.socket !== socket) return;
    if (this.settle === undefined && Date.now() < this.quietFromMs) return;
    this.pending = this.pending.length === 0 ? chunk : Buffer.concat([this.pending, chunk]);
    for (;;) {
      const received = this.framing.receive(this.pending);
      if (received.kind === 'incomplete') return;
      this.pending = this.pending.subarray(received.bytes);
      if (received.kind === 'late') continue;
      const { answer } = received;
      if (answer.kind === 'broken') this.letPass();
      if (answer.kind === 'broken') return this.drop(answer, `the device sent what is no answer (${answer.reason})`, 'modbus.framing-error');
      this.settle?.(answer);
    }
  }

  /** On serial framing a late answer may still come through the device server: it passes before the next request. */
  private letPass(): void {
    if (this.settings.transport === 'rtu-over-tcp') this.quietFromMs = Date.now() + this.settings.requestTimeoutMs;
  }

  private drop(fault: Fault, reason?: string, code?: string): void {
    const socket = this.socket;
    this.socket = undefined;
    this.pending = Buffer.alloc(0);
    this.framing.reset();
    socket?.destroy();
    if (reason !== undefined && code !== undefined) this.report('disconnected', `${lineName(this.settings)}: ${reason}.`, code);
    this.settle?.(fault);
  }

  /** State changes only. */
  private report(kind: 'connected' | 'disconnected', reason: string, code: string): void {
    if (this.reported === kind) return;
    this.reported = kind;
    this.host.state(kind === 'connected' ? { kind } : { kind, reason, code });
  }
}
