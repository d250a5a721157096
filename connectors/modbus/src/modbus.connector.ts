import type { Connector, ConnectorHost, GroupRate, Observation, ProbeReport } from '@telltale/connector-sdk';
import { ConnectorError } from '@telltale/connector-sdk';
import { isSilence, statusOf, type Fault } from './answer-status.js';
import { LineRates } from './line-rates.js';
import { ModbusLine, type LineAnswer } from './modbus-line.js';
import type { ModbusAddress } from './modbus.address.js';
import type { ModbusSettings } from './modbus.settings.js';
import { PlanMemory } from './plan-memory.js';
import { decodeValue } from './register-decoder.js';
import { RefusalMemory } from './refusal-memory.js';
import { SlaveCircuits } from './slave-circuit.js';
import { aloneRead, planTagReads, spanOf, type ModbusTag, type TagRead } from './tag-reads.js';
import { RtuFraming } from './wire/rtu-framing.js';
import { TcpFraming } from './wire/tcp-framing.js';

const ILLEGAL_ADDRESS = 2;
const REFUSED_SIZE = 3;
/** Exceptions with which devices answer a block that holds an address they do not have. */
const REFUSALS: ReadonlySet<number> = new Set([ILLEGAL_ADDRESS, REFUSED_SIZE, 4]);

/** Reading is never addressed to all units (Modbus over Serial Line V1.02 §2.1): no unit answers a broadcast. */
const BROADCAST = 0;

/** Modbus client for one line: TCP, TLS, serial frames over TCP or on a serial port; it reads, and nothing else. */
export class ModbusConnector implements Connector<ModbusAddress> {
  private readonly line: ModbusLine;
  private readonly circuits: SlaveCircuits;
  private readonly refusals = new RefusalMemory();
  private readonly rateBook = new LineRates();
  private readonly plans = new PlanMemory();
  private readonly serialFrames: boolean;
  private silentUnits = '';

  constructor(
    private readonly settings: ModbusSettings,
    private readonly host: ConnectorHost,
  ) {
    const serialFrames = settings.transport === 'rtu-over-tcp' || settings.link.kind === 'serial';
    const framing = serialFrames ? new RtuFraming(settings.link.kind === 'serial' && settings.link.echo) : new TcpFraming();
    this.serialFrames = serialFrames;
    this.line = new ModbusLine(settings, framing, host);
    this.circuits = new SlaveCircuits(settings);
  }

  open(): Promise<void> {
    return this.line.open();
  }

  close(): Promise<void> {
    return this.line.close();
  }

  /** A connection is the whole proof: without a tag nobody knows which unit and register exist. */
  async probe(): Promise<ProbeReport> {
    const wasConnected = this.line.connected;
    try {
      await this.line.open();
      const { link } = this.settings;
      return { ok: true, message: link.kind === 'serial' ? `The serial port ${link.path} opens.` : `The device at ${link.host}:${link.port} accepts a connection.` };
    } catch (error) {
      if (error instanceof ConnectorError) return { ok: false, message: error.message, ...(error.cause instanceof Error ? { detail: error.cause.message } : {}) };
      throw error;
    } finally {
      if (!wasConnected) await this.line.close();
    }
  }

  setTags(tags: readonly ModbusTag[]): Promise<void> {
    this.circuits.keep(new Set(tags.map(({ address }) => address.unit)));
    this.rateBook.setTags(tags, performance.now());
    this.refusals.clear();
    this.plans.clear();
    return Promise.resolve();
  }

  rates(): readonly GroupRate[] {
    return this.rateBook.report({ connected: this.line.connected, open: new Set(this.circuits.open()) }, performance.now());
  }

  async poll(tags: readonly ModbusTag[]): Promise<readonly Observation[]> {
    const observations: Observation[] = [];
    // A unit that was silent once is not asked again in this poll.
    const silent = new Map<number, Fault>();
    let undecoded: (() => void) | undefined;
    for (const read of this.plan(tags)) {
      const known = silent.get(read.request.unit);
      const asked = known ?? this.ask(read);
      // Decoded while the device works on the next request.
      undecoded?.();
      const answer = await asked;
      if (!known && answer.kind !== 'data' && isSilence(answer)) silent.set(read.request.unit, answer);
      const isRefused = answer.kind === 'exception' && REFUSALS.has(answer.exceptionCode) && read.tags.length > 1;
      if (isRefused) observations.push(...(await this.askOneByOne(read, silent)));
      undecoded = isRefused ? undefined : () => observe(read, answer, observations);
    }
    undecoded?.();
    this.reportSilence();
    return observations;
  }

  /** Which tag does the device refuse? The others get their values in the same poll. */
  private async askOneByOne(block: TagRead, silent: Map<number, Fault>): Promise<readonly Observation[]> {
    const observations: Observation[] = [];
    let refused = 0;
    for (const tag of block.tags) {
      const read = aloneRead(tag);
      const answer = silent.get(read.request.unit) ?? (await this.ask(read));
      if (answer.kind === 'exception' && REFUSALS.has(answer.exceptionCode)) {
        refused++;
        const { first, count } = spanOf(tag);
        this.refusals.learnRefused(read.request.unit, read.request.table, first, first + count - 1, Date.now());
      } else if (answer.kind !== 'data' && isSilence(answer)) silent.set(read.request.unit, answer);
      observe(read, answer, observations);
    }
    if (refused === 0) this.refusals.learnNoGaps(block.request.unit, block.request.table, Date.now());
    return observations;
  }

  private async ask({ request, shares }: TagRead): Promise<LineAnswer> {
    if (this.serialFrames && request.unit === BROADCAST) return { kind: 'exception', exceptionCode: REFUSED_SIZE };
    let startedMs = Number.NaN;
    const answer = await this.line.read(request, () => {
      const nowMs = performance.now();
      const leave = this.circuits.leave(request.unit, nowMs);
      if (leave.kind === 'open') return undefined;
      startedMs = nowMs;
      return leave.timeoutMs;
    });
    if (Number.isNaN(startedMs)) return answer;
    const nowMs = performance.now();
    const tookMs = nowMs - startedMs;
    const silent = isSilence(answer);
    const answered = answer.kind === 'data' || (answer.kind === 'exception' && !silent);
    this.rateBook.exchanged(request.unit, tookMs, !answered, nowMs);
    if (answered) {
      this.circuits.answered(request.unit, tookMs);
      this.rateBook.answered(request.unit, shares, nowMs);
    } else if (silent) this.circuits.silent(request.unit, tookMs, nowMs);
    return answer;
  }

  private plan(tags: readonly ModbusTag[]): readonly TagRead[] {
    const limits = this.refusals.limits(Date.now());
    return this.plans.of(tags, this.refusals.version, () => planTagReads(tags, this.settings, limits));
  }

  private reportSilence(): void {
    const open = this.circuits.open().join(', ');
    if (open === this.silentUnits) return;
    this.silentUnits = open;
    if (open !== '') this.host.state({ kind: 'degraded', reason: `Unit ${open} does not answer; it is only probed until it does.`, code: 'modbus.unit-silent' });
    else if (this.line.connected) this.host.state({ kind: 'connected', detail: 'every unit answers again' });
  }
}

function observe({ request, tags }: TagRead, answer: LineAnswer, observations: Observation[]): void {
  if (answer.kind === 'data') {
    for (const { tagId, address } of tags) {
      const { value, status } = decodeValue(answer.data, request.first, address);
      observations.push({ tagId, value, status });
    }
    return;
  }
  const status = statusOf(answer);
  for (const { tagId } of tags) observations.push({ tagId, value: Number.NaN, status });
}
