import { ConnectorError, type ConnectorHost } from '@telltale/connector-sdk';
import type { Fault } from './answer-status.js';
import { openLink } from './link/open-link.js';
import type { LineLink, LinkListener, OpeningLink } from './link/line-link.js';
import { characterMs, silenceMs } from './link/serial-timing.js';
import { lineName, type ModbusSettings } from './modbus.settings.js';
import { distinctRead } from './wire/distinct-read.js';
import type { Framing } from './wire/framing.js';
import { RTU_REQUEST_BYTES, rtuAnswerBytes } from './wire/rtu-framing.js';
import type { ReadRequest } from './wire/read-request.js';

export type LineAnswer = { readonly kind: 'data'; readonly data: Buffer } | Fault;

/** After a failed attempt to connect, requests fail at once for this long. */
const CONNECT_PAUSE_MS = 300;
/** So many time-outs in a row without a byte: the connection itself may be dead although nobody said so. */
const SILENCES_TO_RECONNECT = 3;
/** A single disturbed frame on a serial line is everyday; this many in a row are worth a word. */
const BROKEN_TO_REPORT = 3;

/** Answers that are still missed, per unit; older ones can't be on their way any more. */
const MOST_MISSED = 8;

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.ceil(ms)));

/** Does not trust the timer, which may come a millisecond early. */
async function until(ms: () => number): Promise<void> {
  for (let left = ms() - performance.now(); left > 0; left = ms() - performance.now()) await delay(left);
}

/**
 * One line on which one request is under way at a time. In a network, whatever doubts the next answer closes the connection: a framing error or
 * bytes nobody asked for. A serial port stays open and becomes silent again. On serial framing, where a late answer looks like the next one, a unit
 * rests after a time-out and must then first answer a read of another length: units answer in order, so nothing older can follow.
 */
export class ModbusLine {
  private link: LineLink | undefined;
  private opening: OpeningLink | undefined;
  private releasing: Promise<void> = Promise.resolve();
  private pending: Buffer = Buffer.alloc(0);
  private settle: ((answer: LineAnswer) => void) | undefined;
  private queue: Promise<unknown> = Promise.resolve();
  /** Under way or waiting. */
  private turns = 0;
  private mayConnectAtMs = 0;
  /** Nothing is sent before. */
  private quietUntilMs = 0;
  /** Bytes that nobody asked for are late answers until then. */
  private straysUntilMs = 0;
  private readonly restUntilMs = new Map<number, number>();
  /** Lengths of answers on serial framing that did not come in time, and still may, per unit. */
  private readonly missed = new Map<number, Set<number>>();
  private silences = 0;
  private brokenInARow = 0;
  private closed = false;
  private reported: 'connected' | 'degraded' | 'disconnected' | undefined;
  private readonly serial: boolean;
  private readonly characterMs: number;
  private readonly silenceMs: number;
  private readonly rtu: boolean;

  constructor(
    private readonly settings: ModbusSettings,
    private readonly framing: Framing,
    private readonly host: ConnectorHost,
  ) {
    const place = settings.link;
    this.serial = place.kind === 'serial';
    this.rtu = this.serial || settings.transport === 'rtu-over-tcp';
    this.characterMs = place.kind === 'serial' ? characterMs(place) : 0;
    this.silenceMs = place.kind === 'serial' ? silenceMs(place) : 0;
  }

  get connected(): boolean {
    return this.link !== undefined;
  }

  /** Connects now; rejects with a ConnectorError. */
  open(): Promise<void> {
    this.closed = false;
    this.mayConnectAtMs = 0;
    return this.inTurn(async () => {
      if (!this.link) await this.connect();
    });
  }

  /** Ends the connection; requests that wait get `not-connected`. */
  async close(): Promise<void> {
    this.closed = true;
    this.drop({ kind: 'lost' });
    this.opening?.abandon();
    await this.queue;
    await this.releasing;
  }

  /** Never rejects. `timeoutMs` is asked when it is this request's turn; undefined: it must not be sent. */
  read(request: ReadRequest, timeoutMs: () => number | undefined): Promise<LineAnswer> {
    return this.inTurn(async () => {
      if (this.closed) return { kind: 'not-connected' };
      if (this.restUntilMs.has(request.unit)) {
        await until(() => this.restUntilMs.get(request.unit) ?? 0);
        this.restUntilMs.delete(request.unit);
      }
      const limitMs = timeoutMs();
      if (limitMs === undefined) return { kind: 'circuit-open' };
      const fault = this.isFree(request) ? undefined : ((await this.ready()) ?? (await this.settleMissed(request, limitMs)));
      const answer = fault ?? (await this.exchange(request, limitMs));
      if (answer.kind !== 'lost' || this.closed) return answer;
      // Many devices close an idle connection just when it is needed: reading once more does no harm.
      return (await this.ready()) ?? this.exchange(request, limitMs);
    });
  }

  /** The request can be sent this very moment: the device works on it while the caller decodes the answer before. */
  private isFree({ unit }: ReadRequest): boolean {
    return this.link !== undefined && !this.missed.has(unit) && this.quietUntilMs <= performance.now();
  }

  /** Undefined when no late answer of the unit can be on its way (any more). */
  private async settleMissed(request: ReadRequest, limitMs: number): Promise<Fault | undefined> {
    const missed = this.missed.get(request.unit);
    const check = missed && distinctRead(request, missed, this.settings);
    if (!check) return undefined;
    const answer = await this.exchange(check, limitMs);
    if (answer.kind !== 'data' && answer.kind !== 'exception') return answer;
    this.missed.delete(request.unit);
    return undefined;
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.turns++ === 0 ? work() : this.queue.then(work);
    const ended = (): void => void this.turns--;
    this.queue = turn.then(ended, ended);
    return turn;
  }

  private async ready(): Promise<Fault | undefined> {
    if (!this.link) {
      if (performance.now() < this.mayConnectAtMs) return { kind: 'not-connected' };
      try {
        await this.connect();
      } catch {
        return { kind: 'not-connected' };
      }
    }
    if (this.quietUntilMs > performance.now()) await until(() => this.quietUntilMs);
    return this.link ? undefined : { kind: 'not-connected' };
  }

  private async connect(): Promise<void> {
    await this.releasing;
    this.host.state({ kind: 'connecting' });
    let link: LineLink | undefined;
    const listener: LinkListener = {
      bytes: (chunk) => {
        if (this.link === link) this.receive(chunk);
      },
      ended: () => {
        if (this.link === link) this.drop({ kind: 'lost' }, this.serial ? 'the serial port is gone' : 'the device closed the connection', 'modbus.connection-lost');
      },
    };
    try {
      this.opening = openLink(this.settings, this.host, listener);
      link = await this.opening.opened;
    } catch (error) {
      this.mayConnectAtMs = performance.now() + CONNECT_PAUSE_MS;
      if (error instanceof ConnectorError) this.report('disconnected', error.message, error.code);
      throw error;
    } finally {
      this.opening = undefined;
    }
    this.link = link;
    this.pending = Buffer.alloc(0);
    this.silences = 0;
    this.framing.reset();
    if (this.serial) this.keepSilence();
    this.report('connected', '', '');
    // Closed while it was being opened.
    if (this.closed) this.drop({ kind: 'lost' });
  }

  private async exchange(request: ReadRequest, limitMs: number): Promise<LineAnswer> {
    const wireMs = this.serial ? (RTU_REQUEST_BYTES + rtuAnswerBytes(request)) * this.characterMs : 0;
    const answer = await new Promise<LineAnswer>((resolve) => {
      const timer = setTimeout(() => this.expire(request), limitMs + wireMs);
      this.settle = (settled) => {
        clearTimeout(timer);
        this.settle = undefined;
        resolve(settled);
      };
      this.link?.write(this.framing.send(request));
      if (this.serial) this.keepSilence(RTU_REQUEST_BYTES * this.characterMs);
    });
    if (answer.kind === 'broken') this.restAfter(request);
    if (this.settings.pauseBetweenRequestsMs > 0) await delay(this.settings.pauseBetweenRequestsMs);
    return answer;
  }

  private expire(request: ReadRequest): void {
    const partly = this.pending.length > 0;
    const tellsApart = this.framing.giveUp();
    this.silences++;
    this.restAfter(request);
    if (this.serial || (tellsApart && !partly && this.silences < SILENCES_TO_RECONNECT)) {
      this.pending = Buffer.alloc(0);
      this.settle?.({ kind: 'timeout' });
      return;
    }
    if (partly) this.letPass();
    this.drop({ kind: 'timeout' });
  }

  private receive(chunk: Buffer): void {
    this.silences = 0;
    if (this.serial) this.keepSilence();
    if (this.settle === undefined && this.rtu && (this.serial || performance.now() < Math.max(this.quietUntilMs, this.straysUntilMs))) return;
    this.pending = this.pending.length === 0 ? chunk : Buffer.concat([this.pending, chunk]);
    for (;;) {
      const received = this.framing.receive(this.pending);
      if (received.kind === 'incomplete') return;
      this.pending = this.pending.subarray(received.bytes);
      if (received.kind === 'late') continue;
      const { answer } = received;
      if (answer.kind === 'broken') return this.refuse(answer);
      this.recovered();
      this.settle?.(answer);
    }
  }

  /** What came is no answer. */
  private refuse(answer: Fault & { readonly kind: 'broken' }): void {
    const reason = `the device sent what is no answer (${answer.reason})`;
    if (!this.serial) {
      this.letPass();
      return this.drop(answer, reason, 'modbus.framing-error');
    }
    this.framing.giveUp();
    this.pending = Buffer.alloc(0);
    if (++this.brokenInARow === BROKEN_TO_REPORT) this.report('degraded', `${lineName(this.settings.link)}: ${reason}.`, 'modbus.framing-error');
    this.settle?.(answer);
  }

  private recovered(): void {
    if (this.brokenInARow === 0) return;
    this.brokenInARow = 0;
    if (this.reported === 'degraded') this.report('connected', '', '');
  }

  /** Serial frames are separated by silence; whoever speaks, it begins anew (Modbus over Serial Line V1.02 §2.5.1.1). */
  private keepSilence(speakingMs = 0): void {
    this.quietUntilMs = Math.max(this.quietUntilMs, performance.now() + speakingMs + this.silenceMs);
  }

  private restAfter(request: ReadRequest): void {
    if (!this.rtu) return;
    const { unit } = request;
    const missed = this.missed.get(unit) ?? new Set();
    this.missed.set(unit, missed.add(rtuAnswerBytes(request)));
    for (const oldest of missed) if (missed.size > MOST_MISSED) missed.delete(oldest);
    this.straysUntilMs = performance.now() + this.settings.requestTimeoutMs;
    this.restUntilMs.set(unit, this.straysUntilMs);
  }

  /** A serial device server may still pass on a late answer: it goes by before the next request. */
  private letPass(): void {
    if (this.rtu) this.quietUntilMs = performance.now() + this.settings.requestTimeoutMs;
  }

  private drop(fault: Fault, reason?: string, code?: string): void {
    const { link } = this;
    this.link = undefined;
    this.pending = Buffer.alloc(0);
    this.silences = 0;
    this.framing.reset();
    if (link) this.releasing = link.release();
    if (reason !== undefined && code !== undefined) this.report('disconnected', `${lineName(this.settings.link)}: ${reason}.`, code);
    this.settle?.(fault);
  }

  /** State changes only. */
  private report(kind: 'connected' | 'degraded' | 'disconnected', reason: string, code: string): void {
    if (this.reported === kind) return;
    this.reported = kind;
    this.host.state(kind === 'connected' ? { kind } : { kind, reason, code });
  }
}
