import {
  ConfigurationError,
  type Connector,
  type ConnectorHost,
  type ConnectorTag,
  type EndpointState,
  type HistoryReadOptions,
  type Observation,
} from '@telltale/connector-sdk';
import type { ConfiguredEndpoint, ConfiguredTag, GatewayStatus } from '@telltale/ingest-contract';
import { Status, type TimeUs } from '@telltale/tag-sample';
import type { ConnectorEntry } from '../catalog/connector-catalog.js';
import type { Logger } from '@telltale/service-runtime';
import { pause, unlessEnded } from '../pulse.js';
import { BackOff } from './back-off.js';
import { failureOf } from './connector-failure.js';
import type { EndpointJournal } from './endpoint-journal.js';
import { modelChangeOf, tagProblemsOf } from './endpoint-findings.js';
import { RateMeter } from './rate-meter.js';
import { ScanSchedule } from './scan-schedule.js';

export type EndpointReport = GatewayStatus['endpoints'][number];

const SECRET_RETRY_MS = 15_000;
const CLOSE_WITHIN_MS = 5_000;
/** The worst come first; a status must stay small. */
const MOST_GROUPS = 200;
/** A person who approves a certificate waits for the data. */
const TRUST_RETRY_MS = 4_000;

/** What an endpoint needs from its gateway. */
export interface EndpointSurroundings {
  readonly logger: Logger;
  readonly storageDir: string;
  nowUs(): TimeUs;
  secret(name: string): string;
}

type Shown = Pick<EndpointReport, 'state' | 'code' | 'reason' | 'untrustedCertificate'>;

/** Keeps one device connection alive: opens, polls, retries, reports. Knows nothing of any protocol. */
export class EndpointHost {
  private readonly end = new AbortController();
  private readonly backOff = new BackOff(500, 30_000);
  private readonly rate = new RateMeter();
  private running: Promise<void> = Promise.resolve();
  private connector: Connector | null = null;
  private tags: ConnectorTag<unknown>[] = [];
  private schedule: ScanSchedule<ConnectorTag<unknown>> | null = null;
  private shown: Shown = { state: 'connecting', code: null, reason: null, untrustedCertificate: null };
  private sinceUs: TimeUs;
  private open = false;
  private modelCounts: string | null = null;
  /** Wrong configuration: nothing happens until it changes. */
  gaveUp = false;

  constructor(
    private configured: ConfiguredEndpoint,
    private readonly entry: ConnectorEntry,
    private readonly journal: EndpointJournal,
    private readonly surroundings: EndpointSurroundings,
  ) {
    this.sinceUs = surroundings.nowUs();
  }

  start(): void {
    this.running = this.run().catch((error: unknown) => {
      this.surroundings.logger.error({ err: error }, `Endpoint ${this.configured.name} stopped unexpectedly.`);
      this.show({ state: 'misconfigured', code: 'gateway.internal', reason: 'The gateway met an unexpected error with this endpoint; see its log.', untrustedCertificate: null });
    });
  }

  async stop(): Promise<void> {
    this.end.abort();
    await this.shut();
    await this.running;
  }

  /** New tags on the same connection. */
  async applyTags(configured: ConfiguredEndpoint): Promise<void> {
    this.configured = configured;
    this.takeTags();
    if (!this.connector) return;
    await this.connector.setTags(this.tags);
    if (this.open) this.planScans();
  }

  get connected(): boolean {
    return this.open && this.shown.state !== 'disconnected';
  }

  /** Raw history of one tag; the address is this endpoint's own. Only while connected. */
  readHistory(tag: ConfiguredTag, address: unknown, fromUs: TimeUs, toUs: TimeUs, options: HistoryReadOptions): AsyncIterable<readonly Observation[]> {
    if (!this.connector?.readHistory) {
      throw new ConfigurationError('gateway.no-history', tag.tagPath, `${this.configured.name} keeps no history`, 'Remove the history source of this tag, or the days to read back.');
    }
    return this.connector.readHistory(this.connectorTag({ ...tag, address }), fromUs, toUs, options);
  }

  report(): EndpointReport {
    // No scan is made twice: what is above the asked rate is the edge of the window in which they are counted.
    const groups = (this.connector?.rates?.() ?? []).map((group) => ({ ...group, achievedPerSecond: Math.min(group.askedPerSecond, group.achievedPerSecond) }));
    // What a device did not answer is an observation too, but nothing achieved.
    const achieved = groups.length > 0 ? groups.reduce((sum, group) => sum + group.achievedPerSecond, 0) : this.rate.perSecond(performance.now());
    const asked = this.configured.tags.reduce((sum, tag) => sum + 1000 / tag.scanIntervalMs, 0);
    return {
      endpointId: this.configured.endpointId,
      ...this.shown,
      sinceUs: this.sinceUs,
      askedPerSecond: Math.round(asked * 1000) / 1000,
      achievedPerSecond: Math.round(achieved * 1000) / 1000,
      ...(groups.length > 0 && { groups: groups.slice(0, MOST_GROUPS) }),
      ...this.findings(),
    };
  }

  /** What a person should look at; a change of the tree is logged once. */
  private findings(): Pick<EndpointReport, 'tagProblems' | 'modelChange'> {
    const tagProblems = tagProblemsOf(this.connector?.tagProblems?.() ?? []);
    const modelChange = modelChangeOf(this.connector?.modelChange?.());
    if (modelChange) {
      const { appeared, vanished, changed } = modelChange;
      const counts = `${appeared} nodes appeared, ${vanished} vanished, ${changed} changed`;
      if (counts !== this.modelCounts && (this.modelCounts !== null || appeared + vanished + changed > 0)) this.surroundings.logger.info(`The tree of ${this.configured.name}, compared with its baseline: ${counts}.`);
      this.modelCounts = counts;
    }
    return { ...(tagProblems && { tagProblems }), ...(modelChange && { modelChange }) };
  }

  private async run(): Promise<void> {
    const { signal } = this.end;
    while (!signal.aborted) {
      try {
        await this.connect();
        await this.collectUntilStopped();
      } catch (error) {
        await this.shut();
        if (signal.aborted) return;
        const { kind, code, reason } = failureOf(error);
        if (kind === 'configuration') {
          this.show({ state: 'misconfigured', code, reason, untrustedCertificate: null });
          // A secret can come without a new configuration.
          if (code.startsWith('gateway.secret')) {
            await pause(SECRET_RETRY_MS, signal);
            continue;
          }
          this.gaveUp = true;
          return;
        }
        // An untrusted certificate stays shown while the retries go on.
        if (this.shown.state !== 'untrusted') this.show({ state: 'disconnected', code, reason, untrustedCertificate: null });
        await pause(this.shown.state === 'untrusted' ? Math.min(TRUST_RETRY_MS, this.backOff.next()) : this.backOff.next(), signal);
      }
    }
  }

  private async connect(): Promise<void> {
    if (this.shown.state === 'misconfigured') this.show({ state: 'connecting', code: null, reason: null, untrustedCertificate: null });
    const connector = this.entry.factory.create(this.entry.factory.parseSettings(this.configured.settings), this.hostOf());
    this.connector = connector;
    this.takeTags();
    await connector.setTags(this.tags);
    this.journal.interrupted();
    await unlessEnded(connector.open(), this.end.signal);
    this.open = true;
    if (this.shown.state !== 'connected' && this.shown.state !== 'degraded') this.show({ state: 'connected', code: null, reason: null, untrustedCertificate: null });
    this.backOff.reset();
  }

  private async collectUntilStopped(): Promise<void> {
    const { signal } = this.end;
    const { connector } = this;
    this.planScans();
    const polls = this.entry.manifest.capabilities.includes('poll') && !this.entry.manifest.capabilities.includes('subscribe');
    while (!signal.aborted) {
      if (!polls || !connector?.poll || !this.schedule) {
        await pause(60_000, signal);
        continue;
      }
      await pause(Math.min(1_000, this.schedule.nextMs() - performance.now()), signal);
      if (signal.aborted) return;
      const due = this.schedule.takeDue(performance.now());
      if (due.length === 0) continue;
      const observations = await unlessEnded(connector.poll(due), signal);
      if (!signal.aborted) this.emit(observations);
    }
  }

  private planScans(): void {
    this.schedule = new ScanSchedule(this.tags, (tag) => tag.scanIntervalMs, performance.now());
  }

  private async shut(): Promise<void> {
    const { connector } = this;
    this.connector = null;
    this.open = false;
    try {
      await unlessEnded(connector?.close() ?? Promise.resolve(), AbortSignal.timeout(CLOSE_WITHIN_MS));
    } catch (error) {
      this.surroundings.logger.debug({ err: error }, `${this.configured.name} did not close properly.`);
    }
  }

  private emit(observations: readonly Observation[]): void {
    if (this.end.signal.aborted || observations.length === 0) return;
    this.rate.add(observations.length, performance.now());
    this.journal.record(observations, this.surroundings.nowUs());
  }

  private hostOf(): ConnectorHost {
    return {
      now: () => this.surroundings.nowUs(),
      emit: (observations) => this.emit(observations),
      missed: (gap) => {
        if (!this.end.signal.aborted) this.journal.missed(gap);
      },
      state: (change) => this.take(change),
      secret: (name) => this.surroundings.secret(name),
      storageDir: this.surroundings.storageDir,
    };
  }

  /** A tag with a wrong address is bad by itself and never fails the others. */
  private takeTags(): void {
    this.tags = [];
    const bad: Observation[] = [];
    for (const tag of this.configured.tags) {
      try {
        this.tags.push(this.connectorTag(tag));
      } catch (error) {
        this.surroundings.logger.warn(`Tag ${tag.tagPath} is not collected: ${error instanceof Error ? error.message : String(error)}`);
        bad.push({ tagId: tag.tagId, value: NaN, status: Status.BadConfigurationError });
      }
    }
    this.journal.expect(this.configured);
    if (bad.length > 0) this.journal.reject(bad, this.surroundings.nowUs());
  }

  private connectorTag(tag: Omit<ConfiguredTag, 'address'> & { readonly address: unknown }): ConnectorTag<unknown> {
    const { tagId, tagPath, scanIntervalMs, deadband } = tag;
    return { tagId, tagPath, address: this.entry.factory.parseAddress(tag.address), scanIntervalMs, ...(deadband && { deadband }) };
  }

  private take(change: EndpointState): void {
    if (this.end.signal.aborted) return;
    if (change.kind === 'untrusted') {
      const { reason, thumbprint, subject, certificatePem } = change;
      this.show({ state: 'untrusted', code: 'certificate.untrusted', reason, untrustedCertificate: { thumbprint, subject, pem: certificatePem } });
    } else if (change.kind === 'degraded' || change.kind === 'disconnected') {
      this.show({ state: change.kind, code: change.code, reason: change.reason, untrustedCertificate: null });
    } else this.show({ state: change.kind, code: null, reason: null, untrustedCertificate: null });
  }

  private show(next: Shown): void {
    const before = this.shown;
    this.shown = next;
    if (before.state === next.state && before.reason === next.reason) return;
    if (before.state !== next.state) this.sinceUs = this.surroundings.nowUs();
    const line = `Endpoint ${this.configured.name} is ${next.state}${next.reason === null ? '' : `: ${next.reason}`}`;
    if (next.state === 'connected') this.surroundings.logger.info(line);
    else if (next.state !== 'connecting') this.surroundings.logger.warn(line);
  }
}
