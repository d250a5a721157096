import type { TimeUs } from '@telltale/tag-sample';

/** What one publication of one subscription proves about the flow. */
export interface FlowMark {
  readonly subscription: number;
  /** Its scan interval. */
  readonly scanUs: number;
  /** Newest source time in it; undefined for a keep-alive. */
  readonly newestSourceUs: TimeUs | undefined;
  /** All source times in it. */
  readonly sourceTimesUs: readonly TimeUs[];
  /** `queue-overflowed` and `notifications-lost`: the server kept the rest. */
  readonly joint: 'continuous' | 'notifications-lost' | 'queue-overflowed' | 'new';
  /** The server's clock when it published. */
  readonly publishTimeUs: TimeUs | undefined;
  /** Our monotonic clock, milliseconds. */
  readonly atMs: number;
}

interface Suspicion {
  fromUs: TimeUs;
  /** When the server published again. */
  readonly lateUs: TimeUs;
  readonly untilUs: TimeUs;
  /** Every scan brought a value before: silence afterwards proves nothing. */
  readonly wasMoving: boolean;
}

interface Flow {
  scanUs: number;
  newestSourceUs: TimeUs;
  publishTimeUs: TimeUs;
  /** When the server last said that it had nothing to tell. */
  restedAtUs: TimeUs;
  dataAtMs: number;
  /** A publication came too late; the values after it are awaited. */
  suspicion: Suspicion | undefined;
}

export interface OutageBounds {
  readonly fromUs: TimeUs;
  readonly toUs: TimeUs;
}

/** Source and server clock belong together when fresh data is this close to its publication. */
const SAME_CLOCK_US = 5_000_000;
const FLOWING_MS = 2_000;
const SHORTEST_HOLE_US = 1_000_000;
/** A server that stood still may send keep-alives for a while before it samples again. */
const SAMPLES_AGAIN_WITHIN_US = 10_000_000;

/**
 * Knows up to which device time everything was received, and hence the bounds of an outage.
 * Device time is the source time; where the server's clock follows it, publications (keep-alives too) prove
 * that nothing happened in between and make the bounds tight for tags that rarely change.
 */
export class OutageLedger {
  private readonly flows = new Map<number, Flow>();
  private clocksAgree = true;
  private declared: OutageBounds | undefined;
  private open: { readonly fromUs: TimeUs; readonly sinceMs: number } | undefined;

  /** The outage declared last. */
  get lastDeclared(): OutageBounds | undefined {
    return this.declared;
  }

  get isOpen(): boolean {
    return this.open !== undefined;
  }

  /**
   * Records a publication while data flows. Returns bounds when the server itself was away in between, although the
   * connection never broke (a frozen or overloaded PLC): a publication or keep-alive was due every `dueUs`.
   */
  mark(mark: FlowMark, dueUs: number): OutageBounds | undefined {
    const hole = this.holeBefore(mark, dueUs) ?? this.lostBefore(mark);
    this.record(mark);
    if (!hole || this.isDeclared(hole)) return undefined;
    this.declared = hole;
    return hole;
  }

  /** Sequence numbers are missing: the server had no copy of a notification any more. What a queue dropped is accounted per tag (QueueLosses). */
  private lostBefore({ subscription, joint, sourceTimesUs }: FlowMark): OutageBounds | undefined {
    const fromUs = this.flows.get(subscription)?.newestSourceUs;
    if (joint !== 'notifications-lost' || fromUs === undefined) return undefined;
    const later = sourceTimesUs.filter((time) => time > fromUs);
    return later.length > 0 ? { fromUs, toUs: Math.min(...later) } : undefined;
  }

  /** One outage, one gap: the other subscriptions were away as well. */
  private isDeclared({ fromUs, toUs }: OutageBounds): boolean {
    return this.declared !== undefined && fromUs >= this.declared.fromUs - SHORTEST_HOLE_US && toUs <= this.declared.toUs + SHORTEST_HOLE_US;
  }

  /** After a publication that came too late: the longest silence between the values before it and those after it. */
  private holeBefore({ subscription, sourceTimesUs, publishTimeUs }: FlowMark, dueUs: number): OutageBounds | undefined {
    const flow = this.flows.get(subscription);
    if (!flow || flow.publishTimeUs === 0 || publishTimeUs === undefined) return undefined;
    const shortestUs = Math.max(SHORTEST_HOLE_US, 2 * flow.scanUs);
    if (this.clocksAgree && publishTimeUs - flow.publishTimeUs > dueUs) {
      const wasMoving = this.isMoving(flow);
      const patienceUs = wasMoving ? SAMPLES_AGAIN_WITHIN_US : SHORTEST_HOLE_US;
      flow.suspicion = { fromUs: this.receivedUpTo(flow), lateUs: publishTimeUs, untilUs: publishTimeUs + 2 * flow.scanUs + patienceUs, wasMoving };
    }
    const { suspicion } = flow;
    if (!suspicion) return undefined;
    let longest: OutageBounds | undefined;
    for (const toUs of sourceTimesUs.toSorted((a, b) => a - b)) {
      const { fromUs } = suspicion;
      if (toUs <= fromUs) continue;
      if (toUs - fromUs > (longest ? longest.toUs - longest.fromUs : shortestUs)) longest = { fromUs, toUs };
      suspicion.fromUs = toUs;
    }
    // The first publication may still hold only what was sampled before; tags that rested before never tell.
    if (!longest && publishTimeUs <= suspicion.untilUs) return undefined;
    flow.suspicion = undefined;
    if (longest || !suspicion.wasMoving || suspicion.lateUs - suspicion.fromUs <= shortestUs) return longest;
    return { fromUs: suspicion.fromUs, toUs: suspicion.lateUs };
  }

  private record({ subscription, scanUs, newestSourceUs, publishTimeUs, atMs }: FlowMark): void {
    const flow = this.flows.get(subscription) ?? { scanUs, newestSourceUs: 0, publishTimeUs: 0, restedAtUs: 0, dataAtMs: -Infinity, suspicion: undefined };
    this.flows.set(subscription, flow);
    if (publishTimeUs !== undefined) flow.publishTimeUs = Math.max(flow.publishTimeUs, publishTimeUs);
    if (newestSourceUs === undefined) {
      flow.restedAtUs = flow.publishTimeUs;
      return;
    }
    const isFresh = newestSourceUs > flow.newestSourceUs;
    if (isFresh && flow.newestSourceUs > 0 && publishTimeUs !== undefined) this.clocksAgree = Math.abs(publishTimeUs - newestSourceUs) < SAME_CLOCK_US;
    flow.newestSourceUs = Math.max(flow.newestSourceUs, newestSourceUs);
    flow.dataAtMs = atMs;
  }

  /** The flow stopped; a second call while it is stopped changes nothing. */
  begin(atMs: number): void {
    if (this.open) return;
    const fromUs = this.receivedUpToUs();
    if (fromUs !== undefined) this.open = { fromUs, sinceMs: atMs };
  }

  /** It arrived before the flow stopped and was only published later: no proof that data flows again. */
  precedesOutage({ atMs }: FlowMark): boolean {
    return this.open !== undefined && atMs < this.open.sinceMs;
  }

  /** The outage begins behind what had arrived before it. */
  receivedBefore(mark: FlowMark): void {
    this.record(mark);
    const fromUs = this.receivedUpToUs();
    if (this.open && fromUs !== undefined && mark.joint === 'continuous') this.open = { ...this.open, fromUs: Math.max(this.open.fromUs, fromUs) };
  }

  /** The flow is back without a loss: the server had kept everything. The line explains why publications came late; only moving tags could tell more. */
  healed(): void {
    if (this.open) for (const flow of this.flows.values()) if (!this.isMoving(flow)) flow.publishTimeUs = 0;
    this.open = undefined;
  }

  /** The first publication after an outage. Bounds once they are known, undefined while a later one must tell. */
  end({ newestSourceUs, sourceTimesUs, publishTimeUs, joint, atMs, waitedMs }: FlowMark & { readonly waitedMs: number }): OutageBounds | undefined {
    if (!this.open) return undefined;
    const { fromUs, sinceMs } = this.open;
    const later = sourceTimesUs.filter((time) => time > fromUs);
    // A new subscription starts with present values; a kept queue lost only what lies before its oldest value.
    const fresh = later.length === 0 ? undefined : joint === 'new' ? newestSourceUs : Math.min(...later);
    const known = fresh ?? (this.clocksAgree ? publishTimeUs : undefined);
    const toUs = known ?? (waitedMs > FLOWING_MS * 5 ? fromUs + Math.round((atMs - sinceMs) * 1000) : undefined);
    if (toUs === undefined) return undefined;
    this.open = undefined;
    if (toUs <= fromUs) return undefined;
    this.declared = { fromUs, toUs };
    return this.declared;
  }

  /** Forgets a subscription that is gone. */
  forget(subscription: number): void {
    this.flows.delete(subscription);
  }

  /**
   * Where tags move, everything up to the newest value was received. Where they rest, a keep-alive proves it up to one scan before: what
   * changed later may not have been sampled yet. A publication with values proves nothing beyond them: on a slow line it waited, and others behind it.
   */
  private receivedUpTo(flow: Flow): TimeUs {
    const { scanUs, newestSourceUs, restedAtUs } = flow;
    return this.isMoving(flow) || !this.clocksAgree ? newestSourceUs : Math.max(newestSourceUs, restedAtUs - scanUs);
  }

  private isMoving({ scanUs, newestSourceUs, publishTimeUs }: Flow): boolean {
    return publishTimeUs - newestSourceUs < 2 * scanUs + SHORTEST_HOLE_US;
  }

  private receivedUpToUs(): TimeUs | undefined {
    const flows = [...this.flows.values()].filter(({ newestSourceUs }) => newestSourceUs > 0);
    if (flows.length === 0) return undefined;
    if (this.clocksAgree) return Math.min(...flows.map((flow) => this.receivedUpTo(flow)));
    const newestMs = Math.max(...flows.map(({ dataAtMs }) => dataAtMs));
    return Math.min(...flows.filter(({ dataAtMs }) => dataAtMs > newestMs - FLOWING_MS).map(({ newestSourceUs }) => newestSourceUs));
  }
}
