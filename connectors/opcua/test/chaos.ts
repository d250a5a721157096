import { OPCUAClientBase } from 'node-opcua-client';
import { eventually, pause } from '@telltale/connector-sdk/testing';
import { ChaosWatch } from './chaos-watch.js';
import { approve, OpenEndpoint, tagAt } from './endpoint.js';
import { PlcProcess } from './plc-process.js';
import { TcpCut } from './tcp-cut.js';

export const FAULTS = ['kill', 'restart', 'freeze', 'short freeze', 'namespace shift', 'node removed', 'certificate swapped', 'cable cut', 'cable silent'] as const;
export type Fault = (typeof FAULTS)[number];

export interface Round {
  readonly fault: Fault;
  /** Seconds until data again, from the moment the server was back (or its certificate was approved). */
  readonly backS: number;
  readonly gaps: number;
  /** Samples accepted while the certificate was not approved. */
  readonly untrustedSamples: number;
  readonly problems: readonly string[];
}

const SCAN_MS = 100;
const TAGS = 3;
/** After these the server has all its nodes. */
const RESTARTS: ReadonlySet<Fault> = new Set(['kill', 'restart', 'namespace shift', 'certificate swapped']);
/** The longest legitimate step waits 30 s for data. */
const LONGEST_STEP_MS = 45_000;
const US = 1_000_000;

/** Mulberry32: the same seed, the same faults. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A plant whose PLC is killed, frozen, replaced and cut off, with one connector that nobody restarts. */
export class Chaos {
  private readonly rounds: Round[] = [];
  /** Index 1 is not in the server now. */
  private isNodeMissing = false;

  private readonly watch = new ChaosWatch(LONGEST_STEP_MS, () => [
    `PLC: ${this.plc.condition}, cable: ${this.cable.condition}`,
    `connector: ${JSON.stringify(this.endpoint.connector.healing)}, last states: ${JSON.stringify(this.endpoint.host.states.slice(-5).map(({ kind, ...more }) => ({ kind, ...more, certificatePem: undefined })))}`,
  ]);

  private constructor(private readonly plc: PlcProcess, private readonly cable: TcpCut, private readonly endpoint: OpenEndpoint, private readonly dice: () => number) {}

  static async start(seed: number): Promise<Chaos> {
    const plc = await PlcProcess.create({ beatMs: SCAN_MS });
    const cable = await TcpCut.create(plc.port);
    const listening = { endpointUrl: `opc.tcp://localhost:${cable.port}/plc` };
    const endpoint = await OpenEndpoint.open(listening, Array.from({ length: TAGS }, (_none, index) => tagAt(index, SCAN_MS)));
    await pause(1_500);
    return new Chaos(plc, cable, endpoint, random(seed));
  }

  async round(fault: Fault = FAULTS[Math.floor(this.dice() * FAULTS.length)] ?? 'kill'): Promise<Round> {
    this.watch.note(`round ${this.rounds.length + 1}: ${fault}`);
    return this.watch.over(this.strike(fault));
  }

  private async strike(fault: Fault): Promise<Round> {
    const { host } = this.endpoint;
    const before = { gaps: host.gaps.length, seen: host.observations.length };
    let untrustedSamples = 0;
    let downUs = host.now();
    let outages = 1;
    const restart = async (change: () => Promise<void>, politely = false): Promise<void> => {
      if (politely) await this.plc.shutDown();
      else await this.plc.kill();
      downUs = host.now();
      this.watch.note(politely ? 'shut down' : 'killed');
      await pause(this.dice() * 3_000);
      this.watch.note('starting');
      await change();
      this.watch.note('started');
    };
    const whole = { without: [] };
    const isMissing = fault === 'node removed' || (this.isNodeMissing && !RESTARTS.has(fault));
    if (fault === 'kill' || fault === 'restart') await restart(() => this.plc.start(whole), fault === 'restart');
    if (fault === 'namespace shift') await restart(() => this.plc.start({ ...whole, otherNamespaces: Array.from({ length: Math.floor(this.dice() * 4) }, (_none, at) => `urn:other-${at}`) }));
    if (fault === 'node removed' && !this.isNodeMissing && this.dice() < 0.5) {
      outages = 0;
      await this.plc.requests(1);
      this.watch.note('node removed while the server runs');
    } else if (fault === 'node removed') await restart(() => this.plc.start({ without: [1] }));
    if (fault === 'freeze' || fault === 'short freeze') {
      this.plc.freeze();
      await pause(2_500 + this.dice() * (fault === 'freeze' ? 7_000 : 2_500));
      this.plc.thaw();
      this.watch.note('thawed');
    }
    if (fault === 'cable cut' || fault === 'cable silent') {
      if (fault === 'cable cut') this.cable.cut();
      else this.cable.silence();
      await pause(300 + this.dice() * 8_000);
      this.cable.mend();
    }
    if (fault === 'certificate swapped') {
      await restart(() => this.plc.startWithNewCertificate(whole));
      const sinceUs = host.now();
      const states = host.states.length;
      await eventually('the certificate waits for approval', 12_000, () => host.states.slice(states - 3).some(({ kind }) => kind === 'untrusted'));
      await pause(1_000);
      untrustedSamples = host.observations.filter(({ emittedUs }) => emittedUs > sinceUs).length;
      approve(host);
      this.watch.note('approved');
    }
    const upUs = host.now();
    await eventually(`data after "${fault}"`, 30_000, () => host.of(1).some(({ sourceTimeUs, status }) => (sourceTimeUs ?? 0) > upUs && status >>> 30 === 0));
    const first = host.of(1).find(({ sourceTimeUs }) => (sourceTimeUs ?? 0) > upUs)?.emittedUs ?? Number.NaN;
    this.watch.note('data again');
    this.isNodeMissing = isMissing;
    await eventually(isMissing ? 'the missing node is bad' : 'the node that is there is good', 12_000, () => (host.of(2).at(-1)?.status ?? 0) >>> 31 === (isMissing ? 1 : 0));
    await eventually('the third tag', 12_000, () => host.of(3).some(({ sourceTimeUs, status }) => (sourceTimeUs ?? 0) > upUs && status === 0));
    await pause(1_500);
    const round: Round = {
      fault,
      backS: (first - upUs) / US,
      gaps: host.gaps.length - before.gaps,
      untrustedSamples,
      problems: this.problems(before.gaps, downUs, outages),
    };
    this.forgetOldObservations();
    this.rounds.push(round);
    return round;
  }

  /** A long run keeps only what the next round compares with: the newest ones, and what each tag told last, however long ago. */
  private forgetOldObservations(): void {
    const { host } = this.endpoint;
    const old = host.observations.splice(0, Math.max(0, host.observations.length - 200));
    for (let tagId = 1; tagId <= TAGS; tagId++) {
      const last = host.of(tagId).length === 0 ? old.findLast((seen) => seen.tagId === tagId) : undefined;
      if (last) host.observations.unshift(last);
    }
  }

  /** How often somebody opened the connector; only the first time is allowed. */
  get opened(): number {
    return this.endpoint.host.states.filter(({ kind }) => kind === 'connecting').length;
  }

  /** Clients of the driver that were never let go: their timers would keep a process alive. Asked after `dispose`. */
  static abandonedClients(): number {
    return OPCUAClientBase.registry.count();
  }

  async dispose(): Promise<void> {
    this.watch.dispose();
    await this.endpoint.close();
    this.cable.dispose();
    await this.plc.dispose();
  }

  /** Every hole in the data is declared by exactly one gap with bounds of 1 s, and no gap is declared without a hole. */
  private problems(gapsBefore: number, downUs: number, outages: number): string[] {
    const { host } = this.endpoint;
    const gaps = host.gaps.slice(gapsBefore);
    const times = host.of(1).flatMap(({ sourceTimeUs, status }) => (sourceTimeUs !== undefined && status >>> 30 === 0 ? [sourceTimeUs] : [])).toSorted((a, b) => a - b);
    const found: string[] = [];
    const holes = times.flatMap((time, index) => {
      const previous = times[index - 1];
      return previous !== undefined && time - previous > 1.5 * US && time > downUs ? [{ fromUs: previous, toUs: time }] : [];
    });
    const seconds = (us: number): string => ((us - downUs) / US).toFixed(2);
    for (const hole of holes) {
      const gap = gaps.find(({ fromUs, toUs }) => Math.abs(fromUs - hole.fromUs) <= US && Math.abs(toUs - hole.toUs) <= US);
      if (!gap) found.push(`hole ${seconds(hole.fromUs)} … ${seconds(hole.toUs)} s is not declared; gaps: ${gaps.map(({ fromUs, toUs }) => `${seconds(fromUs)} … ${seconds(toUs)}`).join(', ') || 'none'}`);
    }
    if (gaps.length > outages) found.push(`${gaps.length} gaps for ${outages} outage`);
    for (const { tagIds } of gaps) if (tagIds.length !== TAGS) found.push(`a gap of ${tagIds.length} tags only`);
    for (const { fromUs, toUs } of gaps) {
      // Bounds are good to a second: notifications that the driver asks for again may come behind newer ones.
      const inside = times.filter((time) => time > fromUs + US && time < toUs - US).length;
      if (inside > ((toUs - fromUs) / US) * (500 / SCAN_MS)) found.push(`a gap ${seconds(fromUs)} … ${seconds(toUs)} with ${inside} values in it`);
    }
    return found;
  }
}

export function summary(rounds: readonly Round[]): string {
  const sorted = rounds.map(({ backS }) => backS).toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(2);
  const lines = FAULTS.flatMap((fault) => {
    const of = rounds.filter((round) => round.fault === fault);
    if (of.length === 0) return [];
    return [`  ${fault}: ${of.length} rounds, data again after ${Math.max(...of.map(({ backS }) => backS)).toFixed(2)} s at most, ${of.reduce((sum, { gaps }) => sum + gaps, 0)} gaps`];
  });
  const problems = rounds.flatMap(({ fault, problems: all }) => all.map((problem) => `  PROBLEM ${fault}: ${problem}`));
  const untrusted = rounds.reduce((sum, { untrustedSamples }) => sum + untrustedSamples, 0);
  return [`${rounds.length} rounds, data again: median ${at(0.5)} s, p95 ${at(0.95)} s, worst ${at(1)} s; ${untrusted} samples before an approval; ${problems.length} problems`, ...lines, ...problems].join('\n');
}
