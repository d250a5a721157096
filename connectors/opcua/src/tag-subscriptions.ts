import type { Observation } from '@telltale/connector-sdk';
import type { NamespaceTable } from './namespace-table.js';
import type { LinkSession } from './server-link.js';
import type { ServerLimits } from './server-limits.js';
import { TagSubscription, type OpcUaTag, type SubscriptionEvents } from './tag-subscription.js';

/** A session with what its server allows. */
export interface Attachment {
  readonly session: LinkSession;
  readonly limits: ServerLimits;
}

const keyOf = ({ tagId, address, scanIntervalMs, deadband }: OpcUaTag): string => JSON.stringify([tagId, address, scanIntervalMs, deadband]);

/** All tags of an endpoint, one subscription per distinct scan interval. */
export class TagSubscriptions {
  private readonly byInterval = new Map<number, TagSubscription>();
  private wanted = new Map<number, OpcUaTag>();
  private attached: Attachment | undefined;
  private nextNumber = 1;

  constructor(
    private readonly publishingIntervalMs: number | undefined,
    private readonly namespaces: NamespaceTable,
    private readonly events: SubscriptionEvents,
    private readonly emit: (observations: readonly Observation[]) => void,
    private readonly forget: (subscription: number) => void,
  ) {}

  get tags(): readonly OpcUaTag[] {
    return [...this.wanted.values()];
  }

  get tagIds(): readonly number[] {
    return [...this.wanted.keys()];
  }

  get failures(): readonly { readonly tag: OpcUaTag; readonly status: number }[] {
    return [...this.byInterval.values()].flatMap((subscription) => subscription.failures);
  }

  /** The subscription that was silent longer than it may be; undefined when all are alive. */
  silent(nowMs: number): TagSubscription | undefined {
    return [...this.byInterval.values()].find((one) => nowMs - one.aliveAtMs > one.patienceMs);
  }

  /** Replaces the set of tags; only what differs is touched. */
  async setTags(tags: readonly OpcUaTag[]): Promise<void> {
    const next = new Map(tags.map((tag) => [tag.tagId, tag]));
    const isSame = (tag: OpcUaTag, other: OpcUaTag | undefined): boolean => other !== undefined && keyOf(tag) === keyOf(other);
    const gone = [...this.wanted.values()].filter((tag) => !isSame(tag, next.get(tag.tagId)));
    const added = [...next.values()].filter((tag) => !isSame(tag, this.wanted.get(tag.tagId)));
    this.wanted = next;
    for (const [interval, tagsGone] of Map.groupBy(gone, ({ scanIntervalMs }) => scanIntervalMs)) {
      await this.take(interval, tagsGone.map(({ tagId }) => tagId));
    }
    for (const [interval, tagsAdded] of Map.groupBy(added, ({ scanIntervalMs }) => scanIntervalMs)) await this.put(interval, tagsAdded);
    for (const [interval, subscription] of this.byInterval) {
      if (subscription.tags.length > 0) continue;
      this.byInterval.delete(interval);
      this.forget(subscription.number);
      await subscription.stop();
    }
  }

  /** Subscribes everything on a new session. */
  async attach(attachment: Attachment): Promise<void> {
    this.attached = attachment;
    for (const subscription of this.byInterval.values()) {
      subscription.abandon();
      this.emit(await subscription.start(attachment.session, attachment.limits));
    }
  }

  /** The session is gone. */
  detach(): void {
    this.attached = undefined;
    for (const subscription of this.byInterval.values()) subscription.abandon();
  }

  /** One rung of the ladder: the same session, all subscriptions anew. */
  async recreate(): Promise<void> {
    const { attached } = this;
    if (!attached) return;
    for (const subscription of this.byInterval.values()) {
      await subscription.stop();
      this.emit(await subscription.start(attached.session, attached.limits));
    }
  }

  /** The driver renewed one subscription: monitor its items again. */
  async refill(subscription: TagSubscription): Promise<void> {
    if (this.attached) this.emit(await subscription.monitorAgain(this.attached.session, this.attached.limits));
  }

  /** Asks again for the nodes that could not be read. */
  async retryFailures(): Promise<void> {
    if (!this.attached) return;
    for (const subscription of this.byInterval.values()) {
      if (subscription.failures.length > 0) this.emit(await subscription.monitorMissing(this.attached.session, this.attached.limits));
    }
  }

  private async put(interval: number, tags: readonly OpcUaTag[]): Promise<void> {
    const { attached } = this;
    const present = this.byInterval.get(interval);
    const subscription = present ?? new TagSubscription(this.nextNumber++, interval, this.publishingIntervalMs, this.namespaces, this.events);
    this.byInterval.set(interval, subscription);
    subscription.add(tags);
    if (!attached) return;
    this.emit(present ? await subscription.monitorMissing(attached.session, attached.limits) : await subscription.start(attached.session, attached.limits));
  }

  private async take(interval: number, tagIds: readonly number[]): Promise<void> {
    const subscription = this.byInterval.get(interval);
    if (subscription) await subscription.remove(this.attached?.session, this.attached?.limits ?? NO_LIMITS, tagIds);
  }
}

const NO_LIMITS: ServerLimits = { nodesPerRead: 1, nodesPerBrowse: 1, monitoredItemsPerCall: 1 };
