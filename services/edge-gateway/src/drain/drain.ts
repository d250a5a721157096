import { Injectable } from '@nestjs/common';
import type { SpoolRecord } from '@telltale/edge-spool';
import { emptyColumns } from '@telltale/tag-sample';
import { SampleCollector, spoolEntry } from '../collect/sample-collector.js';
import { SpoolRoom } from '../collect/spool-room.js';
import { BackOff } from '../endpoint/back-off.js';
import { EndpointSupervisor } from '../endpoint/endpoint-supervisor.js';
import { GatewayPremises } from '../gateway-premises.js';
import { pause } from '../pulse.js';
import { BatchQuarantine } from './batch-quarantine.js';
import { identityOf, numbered, tombstone } from './batch-numbering.js';
import { splitBatch } from './batch-splitter.js';
import { LATE_BOOKMARK, LATE_REASON, LateDelivery } from './late-delivery.js';
import { BatchRefusedError, GatewayKeyRefusedError, IngestClient, IngestUnavailableError } from './ingest.client.js';

const CONCURRENT = 4;
const IDLE_MS = 100;
const WATERMARK_EVERY_MS = 500;
const RECONCILE_AFTER_MS = 60_000;
const KEY_RETRY_MS = 15_000;
const UNKNOWN_TAG_ATTEMPTS = 3;
const TOO_LARGE = 413;
/** What the platform can't read was sound when it left: it may have been damaged on a line without TLS. */
const UNREADABLE = 400;
const UNREADABLE_ATTEMPTS = 6;
/** What may have been accepted by an earlier attempt must not be sent again in parts: it would be committed this long after the batch before it. */
const COMMITTED_WITHIN_MS = 120_000;
const NOTE_LATE_EVERY_MS = 5_000;

/** Empties the spool towards ingest. A batch leaves the spool only when the platform has committed it. */
@Injectable()
export class Drain {
  private end = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private readonly backOff = new BackOff(250, 10_000);
  private readonly quarantine: BatchQuarantine;
  private readonly bare = new Set<string>();
  /** Batches with tags that the platform does not know (any more), and how often they were refused. */
  private readonly withUnknownTags = new Map<string, number>();
  /** Batches that are too large now, but may have been accepted by an earlier attempt; since when. */
  private readonly tooLargeSince = new Map<string, number>();
  private readonly committedSeq = new Map<number, number>();
  private readonly stuckSince = new Map<number, { seq: number; sinceMs: number }>();
  private readonly late: LateDelivery;
  private lateNoted: string | null = null;
  private lateNotedMs = -Infinity;
  private trouble: string | null = null;
  private nextWatermarkMs = 0;
  private readonly sent;

  constructor(
    private readonly premises: GatewayPremises,
    private readonly room: SpoolRoom,
    private readonly ingest: IngestClient,
    private readonly collector: SampleCollector,
    private readonly endpoints: EndpointSupervisor,
  ) {
    this.late = new LateDelivery(room.spool.bookmarks().get(LATE_BOOKMARK), performance.now());
    this.quarantine = new BatchQuarantine(premises.path('quarantine'));
    this.sent = premises.metrics.counter({ name: 'telltale_gateway_batches_sent_total', help: 'Batches that ingest accepted' });
  }

  start(): void {
    this.end = new AbortController();
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.end.abort();
    await this.running;
  }

  /** Why nothing leaves; null when it does. */
  get stoppedBecause(): string | null {
    return this.trouble;
  }

  private async run(): Promise<void> {
    const { signal } = this.end;
    while (!signal.aborted) {
      let waitMs = IDLE_MS;
      try {
        waitMs = await this.round();
        this.backOff.reset();
      } catch (error) {
        waitMs = this.waitAfter(error);
      }
      this.room.sayIncidents();
      const { current } = this.premises.credentials;
      // Another key is worth an attempt at once.
      for (let restMs = waitMs; restMs > 0 && !signal.aborted && this.premises.credentials.current === current; restMs -= IDLE_MS) await pause(Math.min(restMs, IDLE_MS), signal);
    }
  }

  /** Sends what is due, or asks for the watermark. Returns how long to rest, ms. */
  private async round(): Promise<number> {
    const records = this.collector.gatewayId === 0 ? [] : this.room.spool.take(CONCURRENT * 4);
    const nowMs = performance.now();
    for (const record of records) this.late.handedOut(record, nowMs);
    this.keepLate(nowMs);
    if (records.length > 0) {
      await this.send(records);
      return 0;
    }
    if (this.room.spool.openEpochs().length === 0 || nowMs < this.nextWatermarkMs) return IDLE_MS;
    this.nextWatermarkMs = nowMs + WATERMARK_EVERY_MS;
    for (const epoch of this.room.spool.openEpochs()) await this.askWatermark(epoch, nowMs);
    return IDLE_MS;
  }

  /** What came late is noted while it comes, and declared when all of it has come. */
  private keepLate(nowMs: number): void {
    const { late, room } = this;
    const parts = late.whole(nowMs);
    if (parts !== null) {
      const tagIds = this.endpoints.tagIdsOf(null);
      const rows = parts.map(({ fromUs, toUs }) => ({ tagIds, fromUs, toUs, kind: 'backfilled' as const, reason: LATE_REASON }));
      const nowUs = this.premises.nowUs();
      room.append(tagIds.length * rows.length === 0 ? [] : [spoolEntry('live', this.collector.gatewayId, emptyColumns(), rows, [], nowUs, nowUs + 1)], { [LATE_BOOKMARK]: null });
      late.settled();
      this.lateNoted = null;
    } else if (nowMs - this.lateNotedMs >= NOTE_LATE_EVERY_MS && late.text !== this.lateNoted) {
      room.spool.mark({ [LATE_BOOKMARK]: late.text });
      this.lateNoted = late.text;
      this.lateNotedMs = nowMs;
    }
  }

  private acknowledge(committed: { readonly epoch: number; readonly seq: number }): void {
    this.late.committed(committed);
    this.committedSeq.set(committed.epoch, committed.seq);
    this.room.spool.acknowledge(committed);
  }

  /** A few at a time, started in order; the first failure stops the rest, which come again. */
  private async send(records: readonly SpoolRecord[]): Promise<void> {
    const failures: unknown[] = [];
    let next = 0;
    const work = async (): Promise<void> => {
      for (let record = records[next++]; record !== undefined; record = records[next++]) {
        if (failures.length > 0 || this.end.signal.aborted) {
          this.room.spool.release(record);
          continue;
        }
        try {
          await this.sendOne(record);
        } catch (error) {
          this.room.spool.release(record);
          failures.push(error);
        }
      }
    };
    await Promise.all(Array.from({ length: CONCURRENT }, work));
    if (failures.length > 0) throw failures[0];
  }

  private async sendOne(record: SpoolRecord): Promise<void> {
    try {
      const committed = await this.ingest.sendBatch(this.bytesOf(record));
      this.sent.inc();
      this.say(null);
      this.acknowledge(committed);
    } catch (error) {
      if (!(error instanceof BatchRefusedError)) throw error;
      this.refused(record, error);
    }
  }

  private bytesOf(record: SpoolRecord): Buffer {
    const identity = identityOf(record, this.collector.gatewayId);
    if (!record.lost) {
      const onlyTags = this.withUnknownTags.has(nameOf(record)) ? new Set(this.endpoints.tagIdsOf(null)) : null;
      const { bytes, continuity } = numbered(record.bytes, identity, onlyTags);
      this.late.declared(continuity);
      return bytes;
    }
    return tombstone(identity, record.lost, this.bare.has(nameOf(record)) ? [] : this.endpoints.tagIdsOf(record.lost.subjects));
  }

  private refused(record: SpoolRecord, error: BatchRefusedError): void {
    if (record.lost) {
      // Even the declaration is refused (its tags are gone): keep the sequence whole with an empty batch, and try a refused empty one slowly.
      if (this.bare.has(nameOf(record))) throw new IngestUnavailableError(`Ingest refuses an empty batch (${error.code}): ${error.message}`, KEY_RETRY_MS);
      this.bare.add(nameOf(record));
      this.room.spool.release(record);
      return;
    }
    const refusals = this.withUnknownTags.get(nameOf(record)) ?? 0;
    if (error.code === 'TAG_UNKNOWN' && refusals < UNKNOWN_TAG_ATTEMPTS) {
      // A tag was removed on the platform while its samples waited here: the others of the batch must not be lost with it.
      this.withUnknownTags.set(nameOf(record), refusals + 1);
      this.room.spool.release(record);
      if (refusals > 0) throw new IngestUnavailableError(`${error.message} The next configuration is awaited`, this.premises.settings.CONFIGURATION_INTERVAL_MS);
      return;
    }
    if (error.status === TOO_LARGE && this.tooLarge(record, error)) return;
    if (error.status === UNREADABLE && record.attempts < UNREADABLE_ATTEMPTS) return;
    const refused = this.room.spool.refuse(record, `The platform refused the batch: ${error.message}`);
    this.premises.logger.error({ code: error.code, epoch: record.epoch, seq: record.seq }, `A batch is quarantined on the gateway: ${error.message}`);
    if (refused) this.quarantine.keep(record.epoch, record.seq, refused.bytes, `${error.status} ${error.code}: ${error.message}`);
  }

  /** Sent in parts. False when the batch can't be divided. */
  private tooLarge(record: SpoolRecord, error: BatchRefusedError): boolean {
    const name = nameOf(record);
    const nowMs = performance.now();
    const isNext = (this.committedSeq.get(record.epoch) ?? 0) >= record.seq - 1;
    const sinceMs = isNext ? (this.tooLargeSince.get(name) ?? nowMs) : nowMs;
    if (record.maybeSent && nowMs - sinceMs < COMMITTED_WITHIN_MS) {
      // It comes again after its time-out, or leaves with the watermark.
      if (isNext) this.tooLargeSince.set(name, sinceMs);
      return true;
    }
    const parts = splitBatch(record);
    if (parts === null) return false;
    this.tooLargeSince.delete(name);
    this.room.spool.split(record, parts);
    this.premises.logger.info({ epoch: record.epoch, seq: record.seq, samples: record.samples }, `A batch is sent in two parts: ${error.message}`);
    return true;
  }

  private async askWatermark(epoch: number, nowMs: number): Promise<void> {
    const watermark = await this.ingest.watermark(epoch);
    this.say(null);
    this.acknowledge(watermark);
    const stuck = this.stuckSince.get(epoch);
    if (stuck?.seq !== watermark.seq) this.stuckSince.set(epoch, { seq: watermark.seq, sinceMs: nowMs });
    else if (nowMs - stuck.sinceMs > RECONCILE_AFTER_MS) {
      this.stuckSince.delete(epoch);
      this.room.spool.reconcile(watermark);
    }
  }

  private waitAfter(error: unknown): number {
    this.say(error instanceof Error ? error.message : String(error));
    if (error instanceof GatewayKeyRefusedError) return KEY_RETRY_MS;
    if (error instanceof IngestUnavailableError && error.retryAfterMs !== null) return Math.max(50, error.retryAfterMs);
    return this.backOff.next();
  }

  private say(trouble: string | null): void {
    if (trouble === this.trouble) return;
    if (trouble === null) this.premises.logger.info('Batches reach the platform again.');
    else if (this.trouble === null) this.premises.logger.warn(trouble);
    this.trouble = trouble;
  }
}

const nameOf = ({ epoch, seq }: SpoolRecord): string => `${epoch}/${seq}`;
