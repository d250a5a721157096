import { ServerState } from 'node-opcua-client';
import type { BrowsedTag, Connector, ConnectorHost, EndpointState, HistoryReadOptions, ModelChange, Observation, ProbeReport, TagProblem } from '@telltale/connector-sdk';
import type { ConnectorError } from '@telltale/connector-sdk';
import type { TimeUs } from '@telltale/tag-sample';
import { browseTags } from './browse.js';
import { onModelChange } from './model-events.js';
import { ModelWatch } from './model-watch.js';
import { FlowKeeper, type Rung } from './flow-keeper.js';
import { readRawHistory, valueBefore } from './history.js';
import { NamespaceTable } from './namespace-table.js';
import { readTies, writeTies } from './namespace-ties.js';
import type { OpcUaAddress } from './opcua.address.js';
import { explain, notConnected } from './opcua.errors.js';
import type { OpcUaSettings } from './opcua.settings.js';
import { OutageLedger, type FlowMark } from './outage-ledger.js';
import { ownCertificate } from './own-certificate.js';
import { QueueLosses, type LostStretch } from './queue-losses.js';
import { readOnce } from './read-once.js';
import { readServerLimits } from './server-limits.js';
import { closeLink, openLink, readNamespaces, type ServerLink } from './server-link.js';
import { expiryWarning, UntrustedCertificateError } from './server-trust.js';
import type { ServerCertificate } from './server-certificate.js';
import { TagSubscriptions } from './tag-subscriptions.js';
import type { OpcUaTag, Publication, TagSubscription } from './tag-subscription.js';
import { TrustList } from './trust-list.js';
import { withinTime } from './within-time.js';

const FIRST_DATA_MS = 5_000;

/** One OPC UA server: subscribes, browses, reads history. It never writes. */
export class OpcUaConnector implements Connector<OpcUaAddress> {
  private readonly namespaces: Promise<NamespaceTable>;
  private readonly ledger = new OutageLedger();
  private readonly losses = new QueueLosses();
  private readonly keeper: FlowKeeper;
  private readonly model: ModelWatch | undefined;
  private subscriptions: TagSubscriptions | undefined;
  private steps: Promise<unknown> = Promise.resolve();
  private linkGone = neverYet();
  private lastState = '';
  private lostReason = '';
  private backAtMs: number | undefined;
  private repairing: string | undefined;
  private firstData = Promise.withResolvers<void>();
  private isOpen = false;

  constructor(private readonly settings: OpcUaSettings, private readonly host: ConnectorHost) {
    this.namespaces = readTies(host.storageDir).then((ties) => new NamespaceTable(ties));
    this.model = settings.watch && new ModelWatch(settings.watch, host.storageDir, () => host.now());
    this.keeper = new FlowKeeper(settings.endpointUrl, {
      connect: () => this.connect(),
      attach: (link) => this.attach(link),
      detach: () => this.detach(),
      recreate: (link) => this.recreate(link),
      silence: (nowMs) => this.silence(nowMs),
      lost: (reason, code) => this.lost(reason, code),
      failing: (error) => this.failing(error),
      tick: (link, state) => this.tick(link, state),
    });
  }

  async open(): Promise<void> {
    if (this.isOpen) return;
    this.firstData = Promise.withResolvers<void>();
    this.tell({ kind: 'connecting' });
    const subscriptions = await this.tags();
    try {
      this.isOpen = true;
      await this.keeper.open();
      if (subscriptions.tagIds.length > 0) await withinTime(this.firstData.promise, FIRST_DATA_MS, 'the first value');
    } catch (error) {
      await this.close();
      const explained = explain(this.settings.endpointUrl, error);
      this.failing(explained);
      throw explained;
    }
  }

  async close(): Promise<void> {
    this.subscriptions?.flush();
    this.declareLosses(this.losses.due(performance.now(), true));
    this.isOpen = false;
    await this.keeper.close();
    this.ledger.healed();
    this.lastState = '';
  }

  async setTags(tags: readonly OpcUaTag[]): Promise<void> {
    const subscriptions = await this.tags();
    try {
      await this.inTurn(() => subscriptions.setTags(tags));
    } catch (error) {
      // The set is remembered and subscribed with the next link.
      if (!this.keeper.isLost) throw explain(this.settings.endpointUrl, error);
    }
  }

  async probe(): Promise<ProbeReport> {
    try {
      const link = await this.connect();
      await closeLink(link, true);
      const { securityPolicy, securityMode, endpointUrl } = this.settings;
      return { ok: true, message: `${endpointUrl} answers with ${securityPolicy}/${securityMode}, and the sign-in works.`, detail: `Namespaces: ${link.namespaces.join(', ')}` };
    } catch (error) {
      const { message, code } = explain(this.settings.endpointUrl, error);
      return { ok: false, message, detail: code };
    }
  }

  async *browse(glob: string): AsyncIterable<BrowsedTag> {
    const { session } = this.connected();
    const limits = await readServerLimits(session);
    yield* browseTags(session, limits, await this.namespaces, glob, this.settings.endpointUrl);
  }

  async *readHistory(tag: OpcUaTag, fromUs: TimeUs, toUs: TimeUs, options: HistoryReadOptions = {}): AsyncIterable<readonly Observation[]> {
    const { session } = this.connected();
    if (options.withValueBefore) {
      const before = await valueBefore(session, await this.namespaces, tag, fromUs);
      if (before) yield [before];
    }
    yield* readRawHistory(session, await this.namespaces, tag, fromUs, toUs, this.settings);
  }

  tagProblems(): readonly TagProblem[] {
    return this.subscriptions?.problems ?? [];
  }

  modelChange(): ModelChange | undefined {
    const change = this.model?.latest;
    if (!change) return undefined;
    const nodes = new Set((this.subscriptions?.tags ?? []).map(({ address }) => nodeOf(address)));
    // Nothing is new about a node that has become a tag.
    return { ...change, differences: change.differences.filter((one) => one.change !== 'appeared' || !nodes.has(nodeOf(one.after.address))) };
  }

  /** How often each rung of the ladder brought the data back. */
  get healing(): Readonly<Record<Rung, number>> {
    return this.keeper.rungs;
  }

  private connected(): ServerLink {
    const link = this.keeper.current;
    if (link && !this.keeper.isLost) return link;
    throw notConnected(this.settings.endpointUrl);
  }

  private async tags(): Promise<TagSubscriptions> {
    const namespaces = await this.namespaces;
    this.subscriptions ??= new TagSubscriptions(
      this.settings.publishingIntervalMs,
      namespaces,
      {
        published: (subscription, publication) => this.published(subscription, publication),
        waiting: () => this.firstData.resolve(),
        ended: () => this.ended(),
        renewed: (subscription) => void this.inTurn(() => this.refill(subscription)).catch((error: unknown) => this.keeper.distrust(String(error))),
      },
      (observations) => this.emit(observations),
      (subscription) => this.ledger.forget(subscription),
    );
    return this.subscriptions;
  }

  private async connect(): Promise<ServerLink> {
    const own = await ownCertificate(this.host.storageDir);
    const trust = new TrustList(this.host.storageDir, this.settings.trustedThumbprints, own.thumbprint, (certificate) => this.untrusted(certificate));
    await trust.initialize();
    return openLink(this.settings, this.host, own, trust);
  }

  private async attach(link: ServerLink): Promise<void> {
    const [namespaces, subscriptions] = [await this.namespaces, await this.tags()];
    namespaces.update(link.namespaces);
    const limits = await readServerLimits(link.session);
    this.backAtMs = undefined;
    await this.inTurn(() => subscriptions.attach({ session: link.session, limits }));
    await writeTies(this.host.storageDir, namespaces.ties);
    this.announce(link, this.ledger.isOpen ? 'rebuilt' : undefined);
    if (!this.model) return;
    this.compareModel(link, true);
    void onModelChange(link.session, () => this.compareModel(link, true)).catch(() => undefined);
  }

  /** Beside the regular work: a large tree takes its time. What fails is tried again with the next heartbeat. */
  private compareModel(link: ServerLink, isSuspect: boolean): void {
    if (this.keeper.current !== link) return;
    if (isSuspect) this.model?.suspect();
    const { namespaces, settings } = this;
    async function* browse(rule: string): AsyncIterable<BrowsedTag> {
      yield* browseTags(link.session, await readServerLimits(link.session), await namespaces, rule, settings.endpointUrl);
    }
    void this.model?.look(browse, performance.now()).catch(() => undefined);
  }

  private announce(link: ServerLink, rung: Rung | undefined): void {
    const failures = this.subscriptions?.failures ?? [];
    const unread = failures.slice(0, 3).map(({ tag, status }) => `${tag.tagPath} (0x${status.toString(16)})`);
    const parts = [
      `${this.subscriptions?.tagIds.length ?? 0} tags`,
      ...(rung ? [`resumed: ${rung}`] : []),
      ...(failures.length > 0 ? [`${failures.length} not readable: ${unread.join(', ')}${failures.length > 3 ? ' …' : ''}`] : []),
    ];
    this.repairing = undefined;
    this.tell({ kind: 'connected', detail: parts.join(' · ') });
    this.warnOfExpiry(link);
  }

  /** Connections last for months: asked with every heartbeat. */
  private warnOfExpiry(link: ServerLink): void {
    const expiry = expiryWarning(link.certificateEnds, this.host.now() / 1000);
    if (expiry && this.lastState.startsWith('connected')) this.tell({ kind: 'degraded', reason: expiry, code: 'opcua.certificate-expires' });
  }

  private async recreate(link: ServerLink): Promise<void> {
    await this.inTurn(async () => {
      await this.subscriptions?.recreate();
      const [namespaces, limits] = [await this.namespaces, await readServerLimits(link.session)];
      this.emit(await readOnce(link.session, limits, namespaces, this.subscriptions?.tags ?? []));
    });
    this.announce(link, 'recreated');
  }

  /** The server dropped a subscription (its life time passed, or somebody deleted it). */
  private ended(): void {
    const { current } = this.keeper;
    if (!current || this.keeper.isLost) return;
    this.lost('The server ended a subscription.', 'opcua.subscription-ended');
    void this.inTurn(() => this.subscriptions?.recreate()).then(
      () => this.announce(current, 'recreated'),
      (error: unknown) => this.keeper.distrust(String(error)),
    );
  }

  /** The driver renewed a subscription (a restarted server): its namespaces may have moved. */
  private async refill(subscription: TagSubscription): Promise<void> {
    const link = this.keeper.current;
    if (!link) return;
    (await this.namespaces).update(await readNamespaces(link.session));
    this.compareModel(link, true);
    if (this.keeper.current === link) await this.subscriptions?.refill(subscription);
  }

  private silence(nowMs: number): string | undefined {
    const silent = this.subscriptions?.silent(nowMs);
    return silent && `No publication came for the tags scanned every ${silent.scanIntervalMs} ms.`;
  }

  private lost(reason: string, code: string): void {
    if (!this.ledger.isOpen) this.backAtMs = undefined;
    // Nobody knows when the next heartbeat comes.
    this.declareLosses(this.losses.due(performance.now(), true));
    this.ledger.begin(performance.now());
    this.lostReason = reason;
    this.repairing = code;
    this.tell({ kind: 'disconnected', reason, code });
  }

  private failing(error: ConnectorError): void {
    if (error instanceof UntrustedCertificateError) return;
    this.tell({ kind: 'disconnected', reason: error.message, code: error.code });
  }

  private untrusted({ subject, thumbprint, sha1, pem }: ServerCertificate): void {
    this.repairing = 'opcua.certificate-untrusted';
    this.tell({
      kind: 'untrusted',
      reason: `${this.settings.endpointUrl} shows a certificate that nobody has approved (SHA-1 ${sha1}). Nothing is read until it is approved.`,
      thumbprint,
      subject,
      certificatePem: pem,
    });
  }

  private async tick(link: ServerLink, state: ServerState | undefined): Promise<void> {
    // First: what is asked of the server below may fail.
    this.declareLosses(this.losses.due(performance.now()));
    if (state !== undefined && state !== ServerState.Running) {
      this.tell({ kind: 'degraded', reason: `The server says it is ${ServerState[state] ?? state}, not running.`, code: 'opcua.server-not-running' });
    } else if (this.lastState.startsWith('degraded opcua.server-not-running')) {
      this.announce(link, undefined);
    }
    this.warnOfExpiry(link);
    // A server may load a namespace while it runs: what was missing may be there now.
    this.compareModel(link, (await this.namespaces).update(await readNamespaces(link.session)));
    await this.inTurn(() => this.subscriptions?.retryFailures());
  }

  private published(subscription: TagSubscription, publication: Publication): void {
    if (!this.isOpen) return;
    const { observations, receivedAtMs } = publication;
    // Not every server states its publish time; ours is as good as its clock, and the ledger checks that they agree.
    const publishTimeUs = publication.publishTimeUs ?? this.host.now() - Math.round((performance.now() - receivedAtMs) * 1000);
    const mark: FlowMark = { ...publication, publishTimeUs, subscription: subscription.number, scanUs: subscription.scanIntervalMs * 1000, atMs: receivedAtMs };
    if (this.ledger.precedesOutage(mark)) {
      this.ledger.receivedBefore(mark);
      return this.emit(observations);
    }
    if (this.ledger.isOpen) this.endOutage(mark, publication);
    const rung = this.keeper.flowing(receivedAtMs);
    if (rung && this.repairing !== undefined && this.keeper.current) this.announce(this.keeper.current, rung);
    const hole = this.ledger.mark(mark, subscription.dueUs);
    if (hole) this.host.missed({ tagIds: this.subscriptions?.tagIds ?? [], ...hole, reason: 'The server published nothing for a while, or lost what it had to publish.' });
    if (!this.ledger.isOpen && publication.losses.length > 0) this.declareLosses(this.losses.take(publication.losses, this.ledger.lastDeclared, performance.now()));
    this.emit(observations);
  }

  private endOutage(mark: FlowMark, { joint, observations }: Publication): void {
    if (joint === 'continuous') {
      this.ledger.healed();
      return;
    }
    this.backAtMs ??= mark.atMs;
    if (observations.length === 0 && mark.atMs - this.backAtMs < 2_000) return;
    const bounds = this.ledger.end({ ...mark, waitedMs: mark.atMs - this.backAtMs });
    if (!bounds) return;
    this.backAtMs = undefined;
    this.host.missed({ tagIds: this.subscriptions?.tagIds ?? [], ...bounds, reason: this.lostReason });
  }

  private declareLosses(stretches: readonly LostStretch[]): void {
    for (const stretch of stretches) this.host.missed({ ...stretch, reason: 'The queue of the tag at the server overflowed: raise its queueSize or publish more often.' });
  }

  private emit(observations: readonly Observation[]): void {
    if (observations.length === 0 || !this.isOpen) return;
    this.host.emit(observations);
    this.firstData.resolve();
  }

  /** States are told when they change. */
  private tell(state: EndpointState): void {
    const key = [state.kind, 'code' in state ? state.code : '', 'thumbprint' in state ? state.thumbprint : '', 'detail' in state ? state.detail : ''].join(' ');
    if (key === this.lastState) return;
    this.lastState = key;
    this.host.state(state);
  }

  /** Work on subscriptions, one after the other; none outlives its link, whose driver may hold a request for ever. */
  private inTurn<T>(step: () => Promise<T> | T): Promise<T> {
    const next = this.steps.then(() => Promise.race([step(), this.linkGone.promise]));
    this.steps = next.catch(() => undefined);
    return next;
  }

  private detach(): void {
    this.subscriptions?.detach();
    this.linkGone.reject(new Error('the connection was replaced'));
    this.linkGone = neverYet();
    this.steps = Promise.resolve();
  }
}

const nodeOf = ({ nodeId, member }: Readonly<Record<string, unknown>>): string => JSON.stringify([nodeId, member]);

/** A promise that only ever rejects, and may do so unheard. */
function neverYet(): PromiseWithResolvers<never> {
  const made = Promise.withResolvers<never>();
  made.promise.catch(() => undefined);
  return made;
}
