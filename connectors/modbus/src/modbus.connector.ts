import type { Connector, ConnectorHost, Observation, ProbeReport } from '@telltale/connector-sdk';
import { ConnectorError } from '@telltale/connector-sdk';
import { isSilence, statusOf, type Fault } from './answer-status.js';
import { ModbusLine, type LineAnswer } from './modbus-line.js';
import type { ModbusAddress } from './modbus.address.js';
import type { ModbusSettings } from './modbus.settings.js';
import { decodeValue } from './register-decoder.js';
import { RefusalMemory } from './refusal-memory.js';
import { SlaveCircuits } from './slave-circuit.js';
import { aloneRead, planTagReads, spanOf, type ModbusTag, type TagRead } from './tag-reads.js';
import { RtuFraming } from './wire/rtu-framing.js';
import { TcpFraming } from './wire/tcp-framing.js';
import type { ReadRequest } from './wire/read-request.js';

const ILLEGAL_ADDRESS = 2;
/** Exceptions with which devices answer a block that holds an address they do not have. */
const REFUSALS: ReadonlySet<number> = new Set([ILLEGAL_ADDRESS, 3, 4]);

/** Modbus client for one line: TCP, TLS or serial frames over TCP; it reads, and nothing else. */
export class ModbusConnector implements Connector<ModbusAddress> {
  private readonly line: ModbusLine;
  private readonly circuits: SlaveCircuits;
  private readonly refusals = new RefusalMemory();
  private readonly plans = new Map<string, { readonly version: number; readonly reads: readonly TagRead[] }>();
  private silentUnits = '';

  constructor(
    private readonly settings: ModbusSettings,
    private readonly host: ConnectorHost,
  ) {
    this.line = new ModbusLine(settings, settings.transport === 'rtu-over-tcp' ? new RtuFraming() : new TcpFraming(), host);
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
      return { ok: true, message: `The device at ${this.settings.host}:${this.settings.port} accepts a connection.` };
    } catch (error) {
      if (error instanceof ConnectorError) return { ok: false, message: error.message, ...(error.cause instanceof Error ? { detail: error.cause.message } : {}) };
      throw error;
    } finally {
      if (!wasConnected) await this.line.close();
    }
  }

  setTags(tags: readonly ModbusTag[]): Promise<void> {
    this.circuits.keep(new Set(tags.map(({ address }) => address.unit)));
    this.refusals.clear();
    this.plans.clear();
    return Promise.resolve();
  }

  async poll(tags: readonly ModbusTag[]): Promise<readonly Observation[]> {
    const observations: Observation[] = [];
    // A unit that was silent once is not asked again in this poll.
    const silent = new Map<number, Fault>();
    for (const read of this.plan(tags)) {
      const known = silent.get(read.request.unit);
      const answer = known ?? (await this.ask(read.request));
      if (!known && answer.kind !== 'data' && isSilence(answer)) silent.set(read.request.unit, answer);
      if (answer.kind === 'exception' && REFUSALS.has(answer.exceptionCode) && read.tags.length > 1) observations.push(...(await this.askOneByOne(read, silent)));
      else observations.push(...observe(read, answer));
    }
    this.reportSilence();
    return observations;
  }

  /** Which tag does the device refuse? The others get their values in the same poll. */
  private async askOneByOne(block: TagRead, silent: Map<number, Fault>): Promise<readonly Observation[]> {
    const observations: Observation[] = [];
    let refused = 0;
    for (const tag of block.tags) {
      const read = aloneRead(tag);
      const answer = silent.get(read.request.unit) ?? (await this.ask(read.request));
      if (answer.kind === 'exception' && REFUSALS.has(answer.exceptionCode)) {
        refused++;
        const { first, count } = spanOf(tag);
        this.refusals.learnRefused(read.request.unit, read.request.table, first, first + count - 1, Date.now());
      } else if (answer.kind !== 'data' && isSilence(answer)) silent.set(read.request.unit, answer);
      observations.push(...observe(read, answer));
    }
    if (refused === 0) this.refusals.learnNoGaps(block.request.unit, block.request.table, Date.now());
    return observations;
  }

  private async ask(request: ReadRequest): Promise<LineAnswer> {
    let startedMs = 0;
    const answer = await this.line.read(request, () => {
      startedMs = Date.now();
      const leave = this.circuits.leave(request.unit, startedMs);
      return leave.kind === 'send' ? leave.timeoutMs : undefined;
    });
    const nowMs = Date.now();
    if (answer.kind === 'data' || (answer.kind === 'exception' && !isSilence(answer))) this.circuits.answered(request.unit, nowMs - startedMs);
    else if (isSilence(answer)) this.circuits.silent(request.unit, nowMs - startedMs, nowMs);
    return answer;
  }

  /** Plans are kept per set of tags: the host asks for the same ones at every scan. */
  private plan(tags: readonly ModbusTag[]): readonly TagRead[] {
    const limits = this.refusals.limits(Date.now());
    const key = tags.map(({ tagId }) => tagId).join();
    const known = this.plans.get(key);
    if (known?.version === this.refusals.version) return known.reads;
    const reads = planTagReads(tags, this.settings, limits);
    this.plans.set(key, { version: this.refusals.version, reads });
    return reads;
  }

  private reportSilence(): void {
    const open = this.circuits.open().join(', ');
    if (open === this.silentUnits) return;
    this.silentUnits = open;
    if (open !== '') this.host.state({ kind: 'degraded', reason: `Unit ${open} does not answer; it is only probed until it does.`, code: 'modbus.unit-silent' });
    else if (this.line.connected) this.host.state({ kind: 'connected', detail: 'every unit answers again' });
  }
}

function observe({ request, tags }: TagRead, answer: LineAnswer): readonly Observation[] {
  if (answer.kind === 'data') return tags.map(({ tagId, address }) => ({ tagId, ...decodeValue(answer.data, request.first, address) }));
  const status = statusOf(answer);
  return tags.map(({ tagId }) => ({ tagId, value: Number.NaN, status }));
}
