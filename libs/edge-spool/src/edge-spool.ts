import { performance } from 'node:perf_hooks';
import type { TimeUs } from '@telltale/tag-sample';
import { Ballast } from './spool-ballast.js';
import { joinedLoss, lossOf, lossReason, makeRoom, recordLoss } from './spool-bounds.js';
import type { AppendOutcome, Bookmarks, LostStretch, SpoolDepth, SpoolEntry, SpoolOptions, SpoolRecord } from './spool-contract.js';
import { SpoolDatabase, type EpochState } from './spool-database.js';
import { isCorruption, isDamageAtOpening, isDiskTrouble, SpoolCorruptError, SpoolUnusableError } from './spool.errors.js';
import { rebuild } from './spool-rebuild.js';
import { stretchOf, type SpoolRow } from './spool-row.js';
import { changedAtUs, mayBeWritten, readSidecar, writeSidecar } from './spool-sidecar.js';
import { Window, type InFlight } from './window.js';

/** Epochs count seconds from 2020, so that a lost spool never uses one again and the number fits an int4 until 2088. */
const EPOCH_ORIGIN_US = Date.UTC(2020, 0, 1) * 1000;
const AGE_CHECK_EVERY_MS = 60_000;
const SIDECAR_EVERY_MS = 10_000;
const ROW_OVERHEAD_BYTES = 200;
/** What counts as the present while a long queue waits. */
const FRESH_US = 10_000_000;
/** Enough that a full disk does not cost a round of deleting per batch. */
const FREED_ON_FULL_DISK_BYTES = 1_048_576;

/**
 * Durable store-and-forward of encoded batches. See README.md for why a batch gets its number when it first leaves,
 * and not when it is written.
 */
export class EdgeSpool {
  private database: SpoolDatabase;
  private readonly ballast: Ballast;
  private readonly window: Window;
  private epoch: EpochState | null = null;
  private quarantinedRecords = 0;
  private nextAgeCheckMs = 0;
  private nextSidecarMs = 0;
  /** Losses that could not be written yet because the disk is full. */
  private unwritten: LostStretch[] = [];
  /** What was found broken when it was opened or later, one sentence each; for the log and the status. */
  readonly incidents: string[] = [];

  constructor(private readonly options: SpoolOptions) {
    this.ballast = new Ballast(options.file, options.ballastBytes ?? 4_194_304);
    this.window = new Window(options.windowBatches ?? 256, options.resendAfterMs ?? 30_000);
    this.database = this.openOrRebuild();
    this.ballast.take();
    this.load();
  }

  /** Writes one batch durably; when it returns, it survives a power cut. Bookmarks are saved in the same commit; null removes one. */
  append(entry: SpoolEntry, bookmarks: Bookmarks = {}): AppendOutcome {
    return this.appendAll([entry], bookmarks);
  }

  /** Several batches and their bookmarks in one commit. */
  appendAll(entries: readonly SpoolEntry[], bookmarks: Bookmarks = {}): AppendOutcome {
    const lost = this.expireOld();
    try {
      return this.healing(() => this.write(entries, bookmarks, lost));
    } catch (error) {
      if (!isDiskTrouble(error)) throw error;
      return this.appendOnFullDisk(entries, bookmarks, lost);
    }
  }

  /** Saves bookmarks without a batch. */
  mark(bookmarks: Bookmarks): void {
    this.withRoom(() => this.database.transaction(() => this.saveBookmarks(bookmarks)));
  }

  bookmarks(): ReadonlyMap<string, string> {
    return this.healing(() => this.database.bookmarks());
  }

  /**
   * The next records to send: first those that were numbered and are due (again), then waiting live ones, then backlog.
   * New numbers are committed before this returns.
   */
  take(limit: number): SpoolRecord[] {
    return this.withRoom(() => {
      const nowMs = performance.now();
      this.noteSidecar(nowMs);
      const due = this.window.due(nowMs, limit);
      const fresh = this.numberWaiting(Math.min(limit - due.length, this.window.free));
      return [...due, ...fresh].map((inFlight) => {
        const row = this.database.read(inFlight.id);
        if (row === null) throw new SpoolCorruptError(`Record ${inFlight.id} of the spool is missing.`);
        const attempts = inFlight.attempts;
        this.window.sent(inFlight, nowMs);
        return recordOf(row, inFlight, attempts, this.epoch?.epoch);
      });
    });
  }

  /** The platform has committed everything up to `seq` of `epoch`: it leaves the spool. Returns how many records did. */
  acknowledge({ epoch, seq }: { readonly epoch: number; readonly seq: number }): number {
    if (this.window.size === 0) return 0;
    const state = this.healing(() => this.database.epochs().find((known) => known.epoch === epoch));
    if (state === undefined || seq <= state.committedSeq) return 0;
    const committedSeq = Math.min(seq, state.lastSeq);
    return this.withRoom(() => {
      const rows = this.window.upTo(epoch, committedSeq);
      // The newest epoch stays known until another one begins: its number must never be given again.
      const finished = committedSeq === state.lastSeq && this.epoch !== null && epoch !== this.epoch.epoch;
      this.database.transaction(() => {
        for (const { id } of rows) this.database.remove(id);
        if (finished) this.database.forgetEpoch(epoch);
        else this.database.saveEpoch({ ...state, committedSeq });
      });
      this.window.delete(rows);
      if (epoch === this.epoch?.epoch) this.epoch = { ...state, committedSeq };
      if (this.database.tally.rows === 0) this.restoreBallast();
      return rows.length;
    });
  }

  /**
   * The platform's own word while nothing is on its way: numbers above it that the spool no longer has can't be delivered any more
   * (damaged record, platform restored from an older backup). Tombstones take their place, so that the platform's watermark moves again.
   */
  reconcile({ epoch, seq }: { readonly epoch: number; readonly seq: number }): number {
    this.acknowledge({ epoch, seq });
    return this.healing(() => {
      const state = this.database.epochs().find((known) => known.epoch === epoch);
      if (state === undefined) return 0;
      const missing: number[] = [];
      for (let number = seq + 1; number <= state.lastSeq; number++) if (!this.window.find(epoch, number)) missing.push(number);
      if (missing.length === 0) return 0;
      const nowUs = this.options.now();
      const lost: LostStretch = { fromUs: state.epoch * 1e6 + EPOCH_ORIGIN_US, toUs: nowUs, samples: 0, subjects: null, cause: 'corrupt', reason: lossReason('corrupt') };
      this.database.transaction(() => {
        for (const number of missing) {
          this.database.insert({ lane: 'live', createdUs: nowUs, ...lost, thinned: 0, bytes: new Uint8Array(0) }, { epoch, seq: number });
        }
        this.database.saveEpoch({ ...state, committedSeq: Math.min(state.committedSeq, seq) });
      });
      this.incidents.push(`${missing.length} numbers of epoch ${epoch} were missing in the spool; their loss is declared.`);
      this.load();
      return missing.length;
    });
  }

  /** Sending failed: the record comes again at once. */
  release(record: Pick<SpoolRecord, 'epoch' | 'seq'>): void {
    const inFlight = this.window.find(record.epoch, record.seq);
    if (inFlight) inFlight.dueAtMs = 0;
  }

  /** The platform will never take this record: a tombstone takes its number. Returns the bytes for the quarantine. */
  refuse(record: Pick<SpoolRecord, 'epoch' | 'seq'>, reason: string): { readonly bytes: Uint8Array; readonly lost: LostStretch } | null {
    const inFlight = this.window.find(record.epoch, record.seq);
    if (!inFlight) return null;
    return this.healing(() => {
      const row = this.database.read(inFlight.id);
      if (row === null) return null;
      const lost = lossOf(row, 'refused', reason);
      this.database.transaction(() => this.database.rewrite({ ...row, ...lost, bytes: new Uint8Array(0) }));
      inFlight.dueAtMs = 0;
      this.quarantinedRecords++;
      return { bytes: row.bytes, lost };
    });
  }

  /**
   * The platform never took this record because it is too large: its first part keeps the number, the others wait for numbers of their own.
   * One commit, so that no sample is lost or sent twice. False when the record is gone.
   */
  split(record: Pick<SpoolRecord, 'epoch' | 'seq'>, [first, ...others]: readonly [SpoolEntry, ...SpoolEntry[]]): boolean {
    const inFlight = this.window.find(record.epoch, record.seq);
    if (!inFlight) return false;
    return this.withRoom(() => {
      const row = this.database.read(inFlight.id);
      if (row === null || row.cause !== null) return false;
      this.database.transaction(() => {
        this.database.rewrite({ ...row, ...first });
        for (const entry of others) this.database.insert({ ...entry, createdUs: row.createdUs, cause: null, reason: '', thinned: row.thinned });
      });
      inFlight.attempts = 0;
      inFlight.dueAtMs = 0;
      return true;
    });
  }

  /** Epochs that have records on their way. */
  openEpochs(): number[] {
    return this.window.epochs();
  }

  depth(): SpoolDepth {
    const { rows, bytes, waitingLive } = this.database.tally;
    return { batches: rows, bytes, waitingBacklog: Math.max(0, rows - this.window.size - waitingLive), oldestUs: this.oldestUs(), quarantined: this.quarantinedRecords };
  }

  close(): void {
    const epoch = this.epoch?.epoch ?? readSidecar(this.options.file)?.epoch ?? 0;
    writeSidecar(this.options.file, { epoch, undeliveredSinceUs: this.oldestUs() ?? this.options.now() });
    this.database.close();
  }

  private write(entries: readonly SpoolEntry[], bookmarks: Bookmarks, expired: readonly LostStretch[]): AppendOutcome {
    const nowUs = this.options.now();
    const lost: LostStretch[] = [];
    const recorded = this.database.transaction(() => {
      for (const loss of this.unwritten) recordLoss(this.database, loss, nowUs);
      const kept = entries.map((entry) => this.writeOne(entry, nowUs, lost));
      this.saveBookmarks(bookmarks);
      return kept.every(Boolean);
    });
    this.unwritten = [];
    return { recorded, lost: [...expired, ...lost] };
  }

  private writeOne(entry: SpoolEntry, nowUs: TimeUs, lost: LostStretch[]): boolean {
    const over = (): number => {
      const { bytes, rows } = this.database.tally;
      return bytes + entry.bytes.length + (rows + 1) * ROW_OVERHEAD_BYTES - this.options.maxBytes;
    };
    if (over() > 0) lost.push(...makeRoom(this.database, this.options.whenFull, over(), nowUs, this.options.thin));
    if (over() <= 0) {
      this.database.insert({ ...entry, createdUs: nowUs, cause: null, reason: '', thinned: 0 });
      return true;
    }
    const refused = lossOf(entry, 'full');
    recordLoss(this.database, refused, nowUs);
    lost.push(refused);
    return false;
  }

  /** The disk is full although the bound is not reached: the bound becomes what is there. */
  private appendOnFullDisk(entries: readonly SpoolEntry[], bookmarks: Bookmarks, lost: readonly LostStretch[]): AppendOutcome {
    const wanted = entries.reduce((sum, entry) => sum + entry.bytes.length, 0);
    this.ballast.drop();
    try {
      const freed: LostStretch[] = [];
      this.database.transaction(() => {
        freed.push(...makeRoom(this.database, this.options.whenFull, wanted + FREED_ON_FULL_DISK_BYTES, this.options.now(), this.options.thin));
      });
      this.database.compact();
      if (freed.length === 0) throw new SpoolUnusableError(this.options.file, 'the disk is full', 'Free space on the disk of the gateway.');
      return this.write(entries, bookmarks, [...lost, ...freed]);
    } catch (error) {
      if (!isDiskTrouble(error) && !(error instanceof SpoolUnusableError)) throw error;
      const refused = entries.map((entry) => lossOf(entry, 'full', 'The disk of the gateway is full.'));
      if (refused.length > 0) this.unwritten = [[...this.unwritten, ...refused].reduce(joinedLoss)];
      return { recorded: false, lost: [...lost, ...refused] };
    } finally {
      this.restoreBallast();
    }
  }

  private expireOld(): LostStretch[] {
    const nowMs = performance.now();
    if (nowMs < this.nextAgeCheckMs) return [];
    this.nextAgeCheckMs = nowMs + Math.min(AGE_CHECK_EVERY_MS, this.options.maxAgeMs);
    const olderThanUs = this.options.now() - this.options.maxAgeMs * 1000;
    const oldestUs = this.oldestUs();
    if (oldestUs === null || oldestUs >= olderThanUs) return [];
    return this.healing(() => {
      const lost: LostStretch[] = [];
      this.database.transaction(() => {
        for (let row = this.database.oldestBatch(Infinity); row !== null && row.createdUs < olderThanUs; row = this.database.oldestBatch(Infinity)) {
          const loss = lossOf(row, 'age');
          this.database.remove(row.id);
          recordLoss(this.database, loss, this.options.now());
          lost.push(loss);
        }
      });
      return lost;
    });
  }

  private numberWaiting(limit: number): InFlight[] {
    if (limit <= 0 || this.database.tally.rows === this.window.size) return [];
    const rows = this.nextWaiting(limit);
    if (rows.length === 0) return [];
    this.epoch ??= this.beginEpoch();
    const { epoch, lastSeq, committedSeq } = this.epoch;
    const state = { epoch, lastSeq: lastSeq + rows.length, committedSeq };
    this.database.transaction(() => {
      rows.forEach((row, index) => this.database.number(row.id, epoch, lastSeq + 1 + index));
      this.database.saveEpoch(state);
    });
    this.epoch = state;
    return rows.map((row, index) => this.window.add(row.id, epoch, lastSeq + 1 + index));
  }

  /** In order; but behind a long queue the fresh batches go first, so that the plant is seen as it is now. */
  private nextWaiting(limit: number): SpoolRow[] {
    const inOrderUpTo = this.options.inOrderUpTo ?? 300;
    const freshSinceUs = this.options.now() - FRESH_US;
    const isLong = this.database.tally.waitingLive > inOrderUpTo;
    const rows = isLong ? this.database.newestWaiting('live', limit).filter(({ createdUs }) => createdUs >= freshSinceUs) : [];
    const known = new Set(rows.map(({ id }) => id));
    if (rows.length < limit) rows.push(...this.database.waiting('live', limit).filter(({ id }) => !known.has(id)));
    if (rows.length < limit) rows.push(...this.database.waiting('backlog', limit - rows.length));
    return rows.slice(0, limit);
  }

  /** Every start of a process that sends has its own epoch: a restored or truncated file can never give a number to two batches. */
  private beginEpoch(): EpochState {
    const known = [...this.database.epochs().map((state) => state.epoch), ...this.window.epochs()];
    const bySidecar = readSidecar(this.options.file)?.epoch ?? 0;
    const byClock = Math.floor((this.options.now() - EPOCH_ORIGIN_US) / 1e6);
    const epoch = Math.max(byClock, bySidecar + 1, ...known.map((number) => number + 1), 1);
    const state = { epoch, lastSeq: 0, committedSeq: 0 };
    for (const old of this.database.epochs()) if (old.committedSeq >= old.lastSeq) this.database.forgetEpoch(old.epoch);
    writeSidecar(this.options.file, { epoch, undeliveredSinceUs: this.oldestUs() ?? this.options.now() });
    return state;
  }

  private saveBookmarks(bookmarks: Bookmarks): void {
    for (const [key, value] of Object.entries(bookmarks)) this.database.saveBookmark(key, value);
  }

  private oldestUs(): TimeUs | null {
    return this.healing(() => this.database.oldestCreatedUs());
  }

  private load(): void {
    this.window.clear();
    for (const { id, epoch, seq } of this.database.numberedIds()) this.window.add(id, epoch, seq);
    this.epoch = this.epoch && (this.database.epochs().find((state) => state.epoch === this.epoch?.epoch) ?? this.epoch);
  }

  private noteSidecar(nowMs: number): void {
    if (nowMs < this.nextSidecarMs || this.epoch === null) return;
    this.nextSidecarMs = nowMs + SIDECAR_EVERY_MS;
    writeSidecar(this.options.file, { epoch: this.epoch.epoch, undeliveredSinceUs: this.oldestUs() ?? this.options.now() });
  }

  private openOrRebuild(): SpoolDatabase {
    const { file } = this.options;
    const lastWriteUs = changedAtUs(file);
    try {
      const database = new SpoolDatabase(file);
      if (database.sound()) return database;
      database.close();
    } catch (error) {
      if (error instanceof SpoolUnusableError) throw error;
      const isDamaged = isDiskTrouble(error) || (isDamageAtOpening(error) && (lastWriteUs === null || mayBeWritten(file)));
      if (!isDamaged) throw new SpoolUnusableError(file, 'it does not open', 'Check its folder and the rights on it.', { cause: error });
      if (lastWriteUs === null) throw new SpoolUnusableError(file, 'it can not be created', 'Check that its folder exists, may be written, and the disk has room.', { cause: error });
    }
    return this.rebuilt(lastWriteUs);
  }

  /** Runs `work`; when the file turns out to be damaged, the sound records move to a new file and `work` runs once more. */
  private healing<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!isCorruption(error)) throw error;
      this.database.close();
      this.database = this.rebuilt(changedAtUs(this.options.file));
      this.load();
      return work();
    }
  }

  /** Deleting and numbering need a little room on the disk too: on a full disk the ballast gives it. */
  private withRoom<T>(work: () => T): T {
    try {
      return this.healing(work);
    } catch (error) {
      if (!isDiskTrouble(error)) throw error;
      this.ballast.drop();
      try {
        return this.healing(work);
      } finally {
        this.restoreBallast();
      }
    }
  }

  private restoreBallast(): void {
    this.database.compact();
    this.ballast.take();
  }

  private rebuilt(lastWriteUs: number | null): SpoolDatabase {
    const result = rebuild(this.options.file, this.options.now(), readSidecar(this.options.file)?.undeliveredSinceUs ?? lastWriteUs);
    this.quarantinedRecords += result.quarantined;
    this.incidents.push(result.sentence);
    return result.database;
  }
}

function recordOf(row: SpoolRow, { id, epoch, seq }: InFlight, attempts: number, ownEpoch: number | undefined): SpoolRecord {
  const maybeSent = attempts > 0 || epoch !== ownEpoch;
  return {
    id, epoch, seq, lane: row.lane, bytes: row.bytes, samples: row.samples, fromUs: row.fromUs, toUs: row.toUs, subjects: row.subjects ?? [], lost: stretchOf(row),
    createdUs: row.createdUs, attempts, maybeSent,
  };
}
