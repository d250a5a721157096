import { ClientSubscription, DataChangeNotification, StatusChangeNotification, TimestampsToReturn, type DataValue, type NotificationMessage } from 'node-opcua-client';
import type { ConnectorTag, Observation } from '@telltale/connector-sdk';
import { Status, type TimeUs } from '@telltale/tag-sample';
import { parseNodeReference, type OpcUaAddress } from './opcua.address.js';
import type { NamespaceTable } from './namespace-table.js';
import { parseMemberPath, type MemberPath } from './member-path.js';
import { monitoringRequest } from './monitoring-request.js';
import { isOverflow, valuesOf, type Notification } from './notification.js';
import { NotificationOrder } from './notification-order.js';
import type { QueueLoss } from './queue-losses.js';
import { createSubscription, type LinkSession } from './server-link.js';
import { pieces, type ServerLimits } from './server-limits.js';
import { decodeStructures, isEncoded } from './structure-types.js';
import { problemOf, type TagProblem } from './tag-problem.js';
import { decodeValue, timeUs, type ValueProblem } from './value-decoder.js';
import { withinTime } from './within-time.js';

export type OpcUaTag = ConnectorTag<OpcUaAddress>;

/** One publication of the server, decoded. */
export interface Publication {
  readonly observations: readonly Observation[];
  readonly newestSourceUs: TimeUs | undefined;
  readonly sourceTimesUs: readonly TimeUs[];
  readonly publishTimeUs: TimeUs | undefined;
  /** How it joins what came before: nothing lost, notifications lost, values of a queue lost, or a new subscription. */
  readonly joint: 'continuous' | 'notifications-lost' | 'queue-overflowed' | 'new';
  /** Values of single tags that the server dropped from their queues. */
  readonly losses: readonly QueueLoss[];
  /** Our monotonic clock when it arrived; its structures may have been described later. */
  readonly receivedAtMs: number;
}

export interface SubscriptionEvents {
  published(subscription: TagSubscription, publication: Publication): void;
  /** Values are here, and wait for the description of their structures. */
  waiting(): void;
  /** The server ended the subscription. */
  ended(subscription: TagSubscription): void;
  /** The driver made it anew under another id: the monitored items are gone. */
  renewed(subscription: TagSubscription): void;
}

interface Item {
  readonly tag: OpcUaTag;
  readonly handle: number;
  readonly member: MemberPath;
  monitoredItemId: number | undefined;
  /** Last status told to the host when the item can't be read. */
  failure: number | undefined;
  problem: ValueProblem | undefined;
  /** Source time of its newest value since it is monitored. */
  newestUs: TimeUs | undefined;
}

interface NumberedMessage {
  readonly sequenceNumber: number;
  readonly isData: boolean;
  readonly message: Notification;
  readonly receivedAtMs: number;
}

/** A notification in its turn, as it joined the flow when it arrived. */
interface Delivery {
  readonly message: Notification;
  readonly receivedAtMs: number;
  readonly joint: Publication['joint'];
  isReady: boolean;
}

const OVERDUE_EVERY_MS = 500;
const KEEP_ALIVE_MS = 1_000;
const CREATE_MS = 15_000;
/** BadTooManyMonitoredItems: not the tag's fault, another subscription takes it. */
export const TOO_MANY_ITEMS = 0x80db0000;
const GONE: ReadonlySet<number> = new Set([Status.BadNodeIdUnknown, 0x80330000, 0x80610000]);

/** Statuses of CreateMonitoredItems that complain about the deadband and not about the node (Part 4 §7.39.2). */
const FILTER_REFUSED: ReadonlySet<number> = new Set([0x80430000, 0x80440000, 0x80450000, 0x808e0000]);

/** One subscription of the server: the tags of one scan interval. */
export class TagSubscription {
  private readonly items = new Map<number, Item>();
  private readonly byTag = new Map<number, Item>();
  private nextHandle = 1;
  private readonly order = new NotificationOrder<NumberedMessage>();
  private overdue: NodeJS.Timeout | undefined;
  /** Keep-alives of a new subscription prove nothing about what came before it. */
  private hasDelivered = false;
  private subscription: ClientSubscription | undefined;
  private session: LinkSession | undefined;
  /** Notifications whose structures must be described first; later ones wait behind them. */
  private readonly behind: Delivery[] = [];
  /** Monotonic milliseconds of the last publication or keep-alive. */
  aliveAtMs = performance.now();
  /** The server refused more items in it. */
  isFull = false;

  constructor(
    /** Local number, stable over reconnections. */
    readonly number: number,
    readonly scanIntervalMs: number,
    private readonly publishingIntervalMs: number | undefined,
    private readonly namespaces: NamespaceTable,
    private readonly events: SubscriptionEvents,
  ) {}

  get tags(): readonly OpcUaTag[] {
    return [...this.items.values()].map(({ tag }) => tag);
  }

  get isStarted(): boolean {
    return this.subscription !== undefined;
  }

  /** The server has no room for it; it is asked again from time to time. */
  isRefused = false;

  /** None of its tags can be read. */
  refuse(status: number): readonly Observation[] {
    this.isRefused = true;
    return [...this.items.values()].flatMap((item) => this.fail(item, status));
  }

  get size(): number {
    return this.items.size;
  }

  /** Tags that this subscription has no room for; they are taken out of it. */
  takeCrowdedOut(): readonly OpcUaTag[] {
    const out = [...this.items.values()].filter(({ failure }) => failure === TOO_MANY_ITEMS);
    for (const { handle, tag } of out) {
      this.items.delete(handle);
      this.byTag.delete(tag.tagId);
    }
    return out.map(({ tag }) => tag);
  }

  /** Tags that can't be read now, with their status. */
  get failures(): readonly { readonly tag: OpcUaTag; readonly status: number }[] {
    return [...this.items.values()].flatMap(({ tag, failure }) => (failure === undefined ? [] : [{ tag, status: failure }]));
  }

  /** Tags that a person must correct. */
  get problems(): readonly TagProblem[] {
    return [...this.items.values()].flatMap((item) => problemOf(item) ?? []);
  }

  /** How long it may be silent before it is suspect. */
  get patienceMs(): number {
    const { maxKeepAliveCount = 3, publishingInterval = 500 } = this.subscription ?? {};
    return Math.max(3_000, maxKeepAliveCount * publishingInterval * 2.5);
  }

  /** The server owes a publication or a keep-alive at least this often, with tolerance; µs. */
  get dueUs(): number {
    const { maxKeepAliveCount = 3, publishingInterval = 500 } = this.subscription ?? {};
    return (maxKeepAliveCount * publishingInterval * 1.3 + 300) * 1000;
  }

  /** Creates the subscription at the server and monitors its tags. */
  async start(session: LinkSession, limits: ServerLimits): Promise<readonly Observation[]> {
    const publishing = this.publishingIntervalMs ?? Math.min(Math.max(this.scanIntervalMs, 100), 500);
    const created = await withinTime(
      createSubscription(session, {
        requestedPublishingInterval: publishing,
        requestedMaxKeepAliveCount: Math.max(3, Math.ceil(KEEP_ALIVE_MS / publishing)),
        requestedLifetimeCount: Math.max(30, Math.ceil(60_000 / publishing)),
        maxNotificationsPerPublish: 10_000,
        publishingEnabled: true,
        priority: 10,
      }),
      CREATE_MS,
      'the subscription',
    );
    this.subscription = created;
    this.isRefused = false;
    this.session = session;
    this.order.reset();
    this.hasDelivered = false;
    this.aliveAtMs = performance.now();
    created.on('raw_notification', (message: NotificationMessage) => this.receive(created, message));
    created.on('terminated', () => {
      if (this.subscription === created) this.events.ended(this);
    });
    // Not in the driver's typed events.
    (created as unknown as NodeJS.EventEmitter).on('subscriptionId_changed', () => {
      this.order.reset();
      this.hasDelivered = false;
      if (this.subscription === created) this.events.renewed(this);
    });
    return this.monitor(session, limits, [...this.items.values()]);
  }

  /** Ends the subscription at the server; the tags stay known. */
  async stop(): Promise<void> {
    const ending = this.subscription;
    this.leave();
    for (const item of this.items.values()) item.monitoredItemId = undefined;
    if (!ending) return;
    ending.removeAllListeners();
    await withinTime(ending.terminate(), 2_000, 'ending a subscription').catch(() => undefined);
  }

  /** Forgets the server's side without talking to it. */
  abandon(): void {
    this.subscription?.removeAllListeners();
    this.leave();
    for (const item of this.items.values()) item.monitoredItemId = undefined;
  }

  private leave(): void {
    this.subscription = undefined;
    this.behind.length = 0;
    clearInterval(this.overdue);
    this.overdue = undefined;
  }

  add(tags: readonly OpcUaTag[], failure?: number): void {
    for (const tag of tags) {
      const item: Item = { tag, handle: this.nextHandle++, member: parseMemberPath(tag.address.member ?? '') ?? [], monitoredItemId: undefined, failure, problem: undefined, newestUs: undefined };
      this.items.set(item.handle, item);
      this.byTag.set(tag.tagId, item);
    }
  }

  /** Drops tags without telling the server; returns its ids of them. */
  drop(tagIds: readonly number[]): readonly number[] {
    const ids: number[] = [];
    for (const tagId of tagIds) {
      const item = this.byTag.get(tagId);
      if (!item) continue;
      this.byTag.delete(tagId);
      this.items.delete(item.handle);
      if (item.monitoredItemId !== undefined) ids.push(item.monitoredItemId);
    }
    return ids;
  }

  /** Deletes monitored items at the server. */
  async deleteItems(ids: readonly number[], session: LinkSession, perCall: number): Promise<void> {
    for (const piece of pieces(ids, perCall)) {
      if (!this.subscription) return;
      await session.deleteMonitoredItems({ subscriptionId: this.subscription.subscriptionId, monitoredItemIds: [...piece] });
    }
  }

  /** Monitors what isn't monitored yet: new tags, and those that failed before. */
  async monitorMissing(session: LinkSession, limits: ServerLimits): Promise<readonly Observation[]> {
    return this.monitor(session, limits, [...this.items.values()].filter(({ monitoredItemId }) => monitoredItemId === undefined));
  }

  /** The driver made the subscription anew: none of its items exists any more. */
  forgetItems(): void {
    for (const item of this.items.values()) item.monitoredItemId = undefined;
  }

  private async monitor(session: LinkSession, limits: ServerLimits, items: readonly Item[]): Promise<readonly Observation[]> {
    const failed: Observation[] = [];
    const known: { item: Item; nodeId: string }[] = [];
    for (const item of items) {
      const reference = parseNodeReference(item.tag.address.nodeId);
      const nodeId = reference && this.namespaces.resolve(reference);
      if (nodeId === undefined) failed.push(...this.fail(item, Status.BadNodeIdUnknown));
      else known.push({ item, nodeId });
    }
    for (const piece of pieces(known, limits.monitoredItemsPerCall)) {
      const refused = await this.create(session, piece, true, failed);
      if (refused.length > 0) await this.create(session, refused, false, failed);
    }
    return failed;
  }

  /** Returns those whose filter the server refused. */
  private async create(session: LinkSession, wanted: readonly { item: Item; nodeId: string }[], withFilter: boolean, failed: Observation[]): Promise<{ item: Item; nodeId: string }[]> {
    const subscription = this.subscription;
    if (!subscription) return [];
    const answer = await session.createMonitoredItems({
      subscriptionId: subscription.subscriptionId,
      timestampsToReturn: TimestampsToReturn.Both,
      itemsToCreate: wanted.map(({ item, nodeId }) => monitoringRequest(item.tag, nodeId, item.handle, withFilter)),
    });
    if (this.subscription !== subscription) return [];
    const refused: { item: Item; nodeId: string }[] = [];
    wanted.forEach((entry, index) => {
      const result = answer.results?.[index];
      const status = result?.statusCode.value ?? Status.BadNoCommunication;
      if (status >>> 30 === 0 && result) {
        entry.item.monitoredItemId = result.monitoredItemId;
        entry.item.failure = undefined;
        entry.item.newestUs = undefined;
      } else if (status >>> 0 === TOO_MANY_ITEMS) entry.item.failure = TOO_MANY_ITEMS;
      else if (withFilter && FILTER_REFUSED.has(status >>> 0)) refused.push(entry);
      else failed.push(...this.fail(entry.item, status >>> 0));
    });
    return refused;
  }

  /** A bad observation when the failure is new; nothing when the host knows it already. */
  private fail(item: Item, status: number): Observation[] {
    item.monitoredItemId = undefined;
    const isNews = item.failure !== status;
    item.failure = status;
    return isNews ? [{ tagId: item.tag.tagId, value: Number.NaN, status }] : [];
  }

  private receive(from: ClientSubscription, message: NotificationMessage): void {
    if (this.subscription !== from) return;
    this.aliveAtMs = performance.now();
    const isData = (message.notificationData?.length ?? 0) > 0;
    const { sequenceNumber, publishTime, notificationData } = message;
    // The driver would ask the server for the same types, in vain too, and what fails there nobody can catch: structures are ours alone.
    if (valuesOf(message).some(({ value }) => isEncoded(value))) message.notificationData = (notificationData ?? []).filter((data) => !(data instanceof DataChangeNotification));
    const ready = this.order.arrived({ sequenceNumber, isData, message: { publishTime, notificationData }, receivedAtMs: this.aliveAtMs }, this.aliveAtMs);
    // After a broken connection the driver asks for what follows its own last number. That one counts the number of a keep-alive as used, and
    // runs ahead when a new notification comes before the republished ones: what the server kept would be lost although it is there.
    Reflect.set(from, 'lastSequenceNumber', this.order.newest);
    for (const { message: next, afterLoss } of ready) this.deliver(from, next, afterLoss);
    this.overdue ??= setInterval(() => {
      for (const { message: next, afterLoss } of this.order.overdue(performance.now())) this.deliver(from, next, afterLoss);
    }, OVERDUE_EVERY_MS);
  }

  private deliver(from: ClientSubscription, { message, receivedAtMs }: NumberedMessage, afterLoss: boolean): void {
    if (this.subscription !== from || !this.session) return;
    const values = valuesOf(message);
    const overflowed = values.some(({ clientHandle, value }) => this.items.has(clientHandle) && isOverflow(value));
    const joint = !this.hasDelivered ? 'new' : afterLoss ? 'notifications-lost' : overflowed ? 'queue-overflowed' : 'continuous';
    if ((message.notificationData?.length ?? 0) > 0) this.hasDelivered = true;
    const encoded = values.flatMap(({ value }) => (isEncoded(value) ? value : []));
    const delivery: Delivery = { message, receivedAtMs, joint, isReady: encoded.length === 0 };
    this.behind.push(delivery);
    if (delivery.isReady) return this.publishReady(from);
    this.events.waiting();
    void decodeStructures(this.session, encoded).then(() => {
      delivery.isReady = true;
      this.publishReady(from);
    });
  }

  private publishReady(from: ClientSubscription): void {
    while (this.subscription === from && this.behind[0]?.isReady) this.publishNext(from);
  }

  /** Publishes what still waits for the description of its structures, with these as bytes. */
  flush(): void {
    while (this.subscription && this.behind.length > 0) this.publishNext(this.subscription);
  }

  private publishNext(from: ClientSubscription): void {
    const next = this.behind.shift();
    if (next) this.publish(from, next);
  }

  private publish(from: ClientSubscription, { message, joint, receivedAtMs }: Delivery): void {
    for (const data of message.notificationData ?? []) {
      // Not inside the driver's own loop over notifications.
      if (data instanceof StatusChangeNotification && data.status.isNotGood()) setImmediate(() => this.subscription === from && this.events.ended(this));
    }
    const publishTimeUs = timeUs(message.publishTime, 0);
    const observations: Observation[] = [];
    const sourceTimesUs: TimeUs[] = [];
    const losses: QueueLoss[] = [];
    let newestSourceUs: TimeUs | undefined;
    for (const { clientHandle, value } of valuesOf(message)) {
      const item = this.items.get(clientHandle);
      if (!item) continue;
      const { tagId } = item.tag;
      const sourceTimeUs = timeUs(value.sourceTimestamp, value.sourcePicoseconds);
      if (sourceTimeUs !== undefined) {
        if (newestSourceUs === undefined || sourceTimeUs > newestSourceUs) newestSourceUs = sourceTimeUs;
        sourceTimesUs.push(sourceTimeUs);
      }
      if (isOverflow(value)) {
        const toUs = sourceTimeUs ?? publishTimeUs;
        if (item.newestUs !== undefined && toUs !== undefined && toUs > item.newestUs) losses.push({ tagId, fromUs: item.newestUs, toUs });
      }
      item.newestUs = Math.max(item.newestUs ?? 0, sourceTimeUs ?? publishTimeUs ?? 0) || undefined;
      observations.push(this.read(item, value, sourceTimeUs));
    }
    this.events.published(this, { observations, newestSourceUs, sourceTimesUs, publishTimeUs, joint, losses, receivedAtMs });
  }

  private read(item: Item, data: DataValue, sourceTimeUs: TimeUs | undefined): Observation {
    const given = data.statusCode.value >>> 0;
    const { value, status, problem } = decodeValue(data.value, given, item.member, item.tag.address.indexRange !== undefined);
    item.problem = problem;
    item.failure = status >>> 31 === 1 ? status : undefined;
    // The node is gone, and so is the monitored item: it is asked for again from time to time.
    if (GONE.has(given)) item.monitoredItemId = undefined;
    const { tagId } = item.tag;
    return sourceTimeUs === undefined ? { tagId, value, status } : { tagId, value, status, sourceTimeUs };
  }
}
