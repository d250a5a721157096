import type { Observation, TagProblem } from '@telltale/connector-sdk';
import type { NamespaceTable } from './namespace-table.js';
import type { LinkSession } from './server-link.js';
import type { ServerLimits } from './server-limits.js';
import { TOO_MANY_ITEMS, TagSubscription, type OpcUaTag, type SubscriptionEvents } from './tag-subscription.js';

/** A session with what its server allows. */
export interface Attachment {
  readonly session: LinkSession;
  readonly limits: ServerLimits;
}

const keyOf = ({ tagId, address, scanIntervalMs, deadband }: OpcUaTag): string => JSON.stringify([tagId, address, scanIntervalMs, deadband]);

/** All tags of an endpoint: one subscription per distinct scan interval, more where the server limits their size. */
export class TagSubscriptions {
  private readonly all = new Set<TagSubscription>();
  private readonly home = new Map<number, TagSubscription>();
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
    return [...this.all].flatMap((subscription) => subscription.failures);
  }

  get problems(): readonly TagProblem[] {
    return [...this.all].flatMap((subscription) => subscription.problems);
  }

  /** The subscription that was silent longer than it may be; undefined when all are alive. */
  silent(nowMs: number): TagSubscription | undefined {
    return [...this.all].find((one) => !one.isRefused && nowMs - one.aliveAtMs > one.patienceMs);
  }

  /** Replaces the set of tags; only what differs is touched. */
  async setTags(tags: readonly OpcUaTag[]): Promise<void> {
    const next = new Map(tags.map((tag) => [tag.tagId, tag]));
    const isSame = (tag: OpcUaTag, other: OpcUaTag | undefined): boolean => other !== undefined && keyOf(tag) === keyOf(other);
    const gone = [...this.wanted.values()].filter((tag) => !isSame(tag, next.get(tag.tagId)));
    const added = [...next.values()].filter((tag) => !isSame(tag, this.wanted.get(tag.tagId)));
    this.wanted = next;
    // First everything here, then the server: an attempt that is cut off leaves nothing half known.
    const removed = this.take(gone);
    const touched = this.place(added);
    const empty = this.sweep();
    const { attached } = this;
    if (attached) for (const [subscription, ids] of removed) await subscription.deleteItems(ids, attached.session, attached.limits.monitoredItemsPerCall);
    if (attached) for (const subscription of touched) await this.fill(subscription, attached);
    for (const subscription of empty) await subscription.stop();
  }

  /** Subscribes everything on a new session. */
  async attach(attachment: Attachment): Promise<void> {
    this.attached = attachment;
    for (const subscription of this.all) {
      subscription.abandon();
      if (subscription.size > attachment.limits.monitoredItemsPerSubscription) this.place(this.evict(subscription, attachment.limits.monitoredItemsPerSubscription));
    }
    for (const subscription of this.all) await this.fill(subscription, attachment);
  }

  /** Publishes what waits, as it is. */
  flush(): void {
    for (const subscription of this.all) subscription.flush();
  }

  /** The session is gone. */
  detach(): void {
    this.attached = undefined;
    for (const subscription of this.all) subscription.abandon();
  }

  /** One rung of the ladder: the same session, all subscriptions anew. */
  async recreate(): Promise<void> {
    const { attached } = this;
    if (!attached) return;
    for (const subscription of this.all) {
      await subscription.stop();
      await this.fill(subscription, attached);
    }
  }

  /** The driver renewed one subscription: monitor its items again. */
  async refill(subscription: TagSubscription): Promise<void> {
    subscription.forgetItems();
    if (this.attached) await this.fill(subscription, this.attached);
  }

  /** Asks again for the nodes that could not be read. */
  async retryFailures(): Promise<void> {
    const { attached } = this;
    if (attached) for (const subscription of this.all) if (subscription.failures.length > 0) await this.fill(subscription, attached);
  }

  /** Starts the subscription, or monitors what it lacks; what it has no room for moves on. */
  private async fill(subscription: TagSubscription, { session, limits }: Attachment): Promise<void> {
    try {
      this.emit(subscription.isStarted ? await subscription.monitorMissing(session, limits) : await subscription.start(session, limits));
    } catch (error) {
      if (subscription.isStarted || !isTooManySubscriptions(error)) throw error;
      return this.takeIn(subscription, { session, limits }, error);
    }
    const crowdedOut = subscription.takeCrowdedOut();
    if (crowdedOut.length === 0) return;
    // A subscription that holds nothing although it is new: the server has no room at all.
    if (subscription.size === 0) {
      subscription.add(crowdedOut, TOO_MANY_ITEMS);
      this.emit(crowdedOut.map(({ tagId }) => ({ tagId, value: Number.NaN, status: TOO_MANY_ITEMS })));
      return;
    }
    subscription.isFull = true;
    for (const next of this.place(crowdedOut)) await this.fill(next, { session, limits });
  }

  /** The server allows no more subscriptions: the tags go into one that it has, sampled as often as they want. */
  private async takeIn(refused: TagSubscription, attached: Attachment, error: unknown): Promise<void> {
    const started = [...this.all].filter(({ isStarted }) => isStarted);
    if (started.length === 0) throw error;
    const tags = refused.tags;
    const distance = ({ scanIntervalMs }: TagSubscription): number => Math.abs(Math.log(scanIntervalMs / refused.scanIntervalMs));
    const rooms = started.filter(({ isFull, size }) => !isFull && size + tags.length <= attached.limits.monitoredItemsPerSubscription);
    const [nearest] = rooms.toSorted((a, b) => distance(a) - distance(b));
    if (!nearest) return this.emit(refused.refuse(TOO_MANY_ITEMS));
    this.all.delete(refused);
    this.forget(refused.number);
    nearest.add(tags);
    for (const { tagId } of tags) this.home.set(tagId, nearest);
    await this.fill(nearest, attached);
  }

  /** Gives every tag a subscription of its scan interval with room; returns those that got new tags. */
  private place(tags: readonly OpcUaTag[]): readonly TagSubscription[] {
    const capacity = this.attached?.limits.monitoredItemsPerSubscription ?? Number.POSITIVE_INFINITY;
    const touched = new Set<TagSubscription>();
    for (const [interval, together] of Map.groupBy(tags, ({ scanIntervalMs }) => scanIntervalMs)) {
      let rest = together;
      while (rest.length > 0) {
        const subscription = [...this.all].find((one) => one.scanIntervalMs === interval && !one.isFull && one.size < capacity) ?? this.create(interval);
        const fitting = rest.slice(0, capacity - subscription.size);
        rest = rest.slice(fitting.length);
        subscription.add(fitting);
        for (const { tagId } of fitting) this.home.set(tagId, subscription);
        touched.add(subscription);
      }
    }
    return [...touched];
  }

  private create(interval: number): TagSubscription {
    const created = new TagSubscription(this.nextNumber++, interval, this.publishingIntervalMs, this.namespaces, this.events);
    this.all.add(created);
    return created;
  }

  private evict(subscription: TagSubscription, capacity: number): readonly OpcUaTag[] {
    const out = subscription.tags.slice(capacity);
    subscription.drop(out.map(({ tagId }) => tagId));
    return out;
  }

  /** Drops tags; returns what the server still has of them. */
  private take(tags: readonly OpcUaTag[]): readonly (readonly [TagSubscription, readonly number[]])[] {
    const removed: [TagSubscription, readonly number[]][] = [];
    for (const [subscription, gone] of Map.groupBy(tags, ({ tagId }) => this.home.get(tagId))) {
      for (const { tagId } of gone) this.home.delete(tagId);
      if (!subscription) continue;
      removed.push([subscription, subscription.drop(gone.map(({ tagId }) => tagId))]);
      subscription.isFull = false;
    }
    return removed;
  }

  private sweep(): readonly TagSubscription[] {
    const empty = [...this.all].filter(({ size }) => size === 0);
    for (const subscription of empty) {
      this.all.delete(subscription);
      this.forget(subscription.number);
    }
    return empty;
  }
}

const isTooManySubscriptions = (error: unknown): boolean => String(error).includes('BadTooManySubscriptions');
