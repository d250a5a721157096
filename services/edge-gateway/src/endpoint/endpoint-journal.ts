import type { Observation } from '@telltale/connector-sdk';
import type { Bookmarks } from '@telltale/edge-spool';
import type { ConfiguredEndpoint, ConfiguredTag } from '@telltale/ingest-contract';
import { deadbandWidth, passesDeadband, type ContinuityRow, type StatusCode, type TimeUs } from '@telltale/tag-sample';
import type { HistoryRequest } from '../history/history-backfill.js';
import { doubted, plausibleTime } from './source-time.js';
import { TagBook } from './tag-book.js';

/** With a deadband a tag still speaks at least this often. */
const HEARTBEAT_US = 60_000_000;
const DAY_US = 86_400_000_000;
/** Read again before the interruption: what was collected and not yet in the spool when the gateway died. */
const LOOK_BACK_US = 10_000_000;
const SMALL_BOOK_TAGS = 500;
const LARGE_BOOK_EVERY_US = 10_000_000;

/** Where the journal writes. */
export interface JournalSink {
  add(endpointId: number, tagId: number, value: number, sourceTimeUs: TimeUs, serverTimeUs: TimeUs, status: StatusCode): void;
  declare(endpointId: number, row: ContinuityRow): void;
  plan(request: HistoryRequest): Bookmarks;
  /** Puts everything collected so far, and the bookmarks of this journal, into the spool now. */
  flush(): void;
}

export interface JournalOptions {
  readonly endpointId: number;
  readonly keepsHistory: boolean;
  /** The connector has no deadband of its own. */
  readonly appliesDeadband: boolean;
  readonly bookmarks: ReadonlyMap<string, string>;
}

/** Turns observations into samples, knows what was recorded, and declares every stretch that was not. */
export class EndpointJournal {
  private readonly book = new TagBook();
  private tags = new Map<number, ConfiguredTag>();
  private configured: ConfiguredEndpoint | null = null;
  private shortestScanUs = 1_000_000;
  private resuming = false;
  private started = false;
  private contactPending = false;
  private tableSavedUs = 0;
  /** Not yet in the spool: they go in the commit of the rows that they belong to. */
  private pending: Record<string, string | null> = {};
  private readonly missedGaps: { readonly tagIds: readonly number[]; readonly fromUs: TimeUs; readonly toUs: TimeUs; readonly reason: string; readonly known: string }[] = [];
  private firstAfterMissed: string | null = null;

  constructor(
    private readonly options: JournalOptions,
    private readonly sink: JournalSink,
  ) {
    const table = options.bookmarks.get(this.key('tags'));
    const newest = Number(options.bookmarks.get(this.key('newest')) ?? -1);
    if (table !== undefined) this.book.restore(table, newest);
  }

  expect(configured: ConfiguredEndpoint): void {
    this.configured = configured;
    this.tags = new Map(configured.tags.map((tag) => [tag.tagId, tag]));
    this.shortestScanUs = 1000 * configured.tags.reduce((shortest, tag) => Math.min(shortest, tag.scanIntervalMs), 3_600_000);
    this.contactPending = configured.tags.some((tag) => !this.book.knows(tag.tagId));
  }

  /** The next samples come after a pause of unknown length. */
  interrupted(): void {
    this.resuming = true;
  }

  record(observations: readonly Observation[], nowUs: TimeUs): void {
    const missedFromUs = Math.min(...this.missedGaps.map(({ fromUs }) => fromUs));
    if (this.missedGaps.length > 0) this.firstAfterMissed ??= firstTimes(observations.filter(({ sourceTimeUs = -1 }) => sourceTimeUs > missedFromUs));
    if (this.resuming || this.contactPending) this.welcome(observations, nowUs);
    const recovered: { tag: ConfiguredTag; fromUs: TimeUs; toUs: TimeUs }[] = [];
    const { book, options } = this;
    for (const { tagId, value, status: given, sourceTimeUs } of observations) {
      const tag = this.tags.get(tagId);
      if (tag === undefined) continue;
      const row = book.row(tagId);
      const time = sourceTimeUs === undefined ? nowUs : plausibleTime(sourceTimeUs, nowUs);
      const at = time ?? nowUs;
      const status = time === null ? doubted(given) : given;
      if (at === book.lastSourceUs(row) && (!book.seen(row) || (Object.is(value, book.lastValue(row)) && status === book.lastStatus(row)))) continue;
      if (options.appliesDeadband && tag.deadband && book.seen(row)) {
        const last = { value: book.lastValue(row), status: book.lastStatus(row), sourceTimeUs: book.lastPassedUs(row) };
        if (!passesDeadband(last, { value, status, sourceTimeUs: at }, deadbandWidth(tag.deadband, tag.range), HEARTBEAT_US)) continue;
      }
      if (tag.history && status >>> 30 === 0 && book.seen(row) && !book.wasGood(row) && book.lastGoodOf(row) >= 0) {
        recovered.push({ tag, fromUs: book.lastGoodOf(row) + 1, toUs: at });
      }
      // Noted first: a flush inside `add` saves the book together with this sample.
      book.note(row, value, at, status);
      this.sink.add(options.endpointId, tagId, value, at, nowUs, status);
    }
    if (recovered.length > 0) this.recover(recovered);
    if (Object.keys(this.pending).length > 0) this.sink.flush();
  }

  /** Tags that can't be collected at all. */
  reject(observations: readonly Observation[], nowUs: TimeUs): void {
    for (const { tagId, value, status } of observations) {
      const row = this.book.row(tagId);
      if (this.book.seen(row) && this.book.lastStatus(row) === status) continue;
      this.book.note(row, value, -1, status);
      this.sink.add(this.options.endpointId, tagId, value, nowUs, nowUs, status);
    }
  }

  missed(gap: { readonly tagIds: readonly number[]; readonly fromUs: TimeUs; readonly toUs: TimeUs; readonly reason: string }): void {
    const tagIds = gap.tagIds.filter((tagId) => this.tags.has(tagId));
    // A connector tells what it missed just before what came after it, which need not be read from the history.
    this.missedGaps.push({ ...gap, tagIds, known: this.knownBefore(tagIds, gap.fromUs, gap.toUs) });
    if (this.missedGaps.length === 1) {
      queueMicrotask(() => {
        this.settleMissed();
        this.sink.flush();
      });
    }
  }

  /** What is recorded before a missed stretch. Told late, with newer samples recorded already, it was recorded up to its begin only. */
  private knownBefore(tagIds: readonly number[], fromUs: TimeUs, toUs: TimeUs): string {
    const known = new TagBook();
    for (const tagId of tagIds) {
      const lastUs = this.book.lastOf(tagId);
      known.reach(tagId, lastUs >= toUs ? fromUs : lastUs);
    }
    return known.serialise();
  }

  private settleMissed(): void {
    const liveFrom = this.firstAfterMissed;
    this.firstAfterMissed = null;
    for (const { tagIds, fromUs, toUs, reason, known } of this.missedGaps.splice(0)) {
      this.declare(tagIds, fromUs, toUs, reason);
      this.planHistory({ tagIds: [...tagIds], fromUs: fromUs + 1, toUs, reason, known, liveFrom });
    }
  }

  /** Saved in the commit of the samples. */
  bookmarks(nowUs: TimeUs): Bookmarks {
    this.settleMissed();
    const marks = this.pending;
    this.pending = {};
    if (!this.book.dirty) return marks;
    marks[this.key('newest')] = String(this.book.newestUs);
    const tableIsDue = this.book.size <= SMALL_BOOK_TAGS || nowUs - this.tableSavedUs >= LARGE_BOOK_EVERY_US || Object.keys(marks).length > 1;
    if (!tableIsDue) return marks;
    this.tableSavedUs = nowUs;
    this.book.dirty = false;
    return { ...marks, [this.key('tags')]: this.book.serialise() };
  }

  /** First samples after a start, an interruption, or of new tags. */
  private welcome(observations: readonly Observation[], nowUs: TimeUs): void {
    const resumeUs = this.newestOf(observations, nowUs);
    const known = [...this.tags.keys()].filter((tagId) => this.book.knows(tagId));
    const fresh = [...this.tags.keys()].filter((tagId) => !this.book.knows(tagId));
    if (this.resuming && this.book.newestUs >= 0 && resumeUs - this.book.newestUs > 1.5 * this.shortestScanUs) {
      const reason = this.started ? `The connection to ${this.configured?.name ?? 'the device'} was interrupted.` : 'The gateway did not run or could not reach the device.';
      const fromUs = this.book.newestUs + 1;
      this.declare(known, fromUs, resumeUs, reason);
      this.planHistory({ tagIds: known, fromUs: fromUs - LOOK_BACK_US, toUs: resumeUs, reason, known: this.book.serialise(), liveFrom: firstTimes(observations) });
    }
    for (const tagId of fresh) this.book.row(tagId);
    const days = this.configured?.backfillDays ?? 0;
    if (fresh.length > 0) {
      this.book.dirty = true;
      this.pending[this.key('tags')] = this.book.serialise();
      if (days > 0) this.planHistory({ tagIds: fresh, fromUs: Math.round(resumeUs - days * DAY_US), toUs: resumeUs, reason: 'First contact.', known: null, liveFrom: firstTimes(observations) });
    }
    this.resuming = false;
    this.contactPending = false;
    this.started = true;
  }

  private recover(recovered: readonly { tag: ConfiguredTag; fromUs: TimeUs; toUs: TimeUs }[]): void {
    const tagIds = recovered.map(({ tag }) => tag.tagId);
    const fromUs = Math.min(...recovered.map((one) => one.fromUs));
    const toUs = Math.max(...recovered.map((one) => one.toUs));
    const reason = `${this.configured?.name ?? 'The device'} gave no good values.`;
    this.declare(tagIds, fromUs, toUs, reason);
    const known = new TagBook();
    for (const one of recovered) known.reach(one.tag.tagId, one.fromUs - 1);
    this.planHistory({ tagIds, fromUs, toUs, reason, known: known.serialise(), liveFrom: null });
  }

  private declare(tagIds: readonly number[], fromUs: TimeUs, toUs: TimeUs, reason: string): void {
    this.sink.declare(this.options.endpointId, { tagIds, fromUs, toUs, kind: 'gap', reason });
  }

  /** One job per endpoint that keeps the history. */
  private planHistory(request: Omit<HistoryRequest, 'endpointId' | 'readFrom'>): void {
    if (request.toUs <= request.fromUs) return;
    const bySource = new Map<number, number[]>();
    for (const tagId of request.tagIds) {
      const source = this.tags.get(tagId)?.history?.endpointId ?? (this.options.keepsHistory ? this.options.endpointId : undefined);
      if (source === undefined) continue;
      const group = bySource.get(source);
      if (group) group.push(tagId);
      else bySource.set(source, [tagId]);
    }
    for (const [readFrom, group] of bySource) {
      Object.assign(this.pending, this.sink.plan({ ...request, endpointId: this.options.endpointId, readFrom, tagIds: group }));
    }
  }

  private newestOf(observations: readonly Observation[], nowUs: TimeUs): TimeUs {
    let newest = -1;
    for (const { sourceTimeUs } of observations) newest = Math.max(newest, sourceTimeUs === undefined ? nowUs : (plausibleTime(sourceTimeUs, nowUs) ?? -1));
    return newest < 0 ? nowUs : newest;
  }

  private key(name: string): string {
    return `endpoint/${this.options.endpointId}/${name}`;
  }
}

/** The first source time of each tag in the first report after a pause. */
function firstTimes(observations: readonly Observation[]): string {
  const book = new TagBook();
  for (const { tagId, sourceTimeUs } of observations) {
    if (sourceTimeUs !== undefined && sourceTimeUs >= 0 && !book.knows(tagId)) book.note(book.row(tagId), NaN, sourceTimeUs, 0);
  }
  return book.serialise();
}
