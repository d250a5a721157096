import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { isDiskTrouble, SpoolCorruptError, SpoolUnusableError } from './spool.errors.js';
import { contentCheck, identityCheck, parseRow, subjectsText, type SpoolRow } from './spool-row.js';
import type { Lane } from './spool-contract.js';

const LAYOUT = 1;

const SCHEMA = `
create table if not exists record(
  id integer primary key, lane integer not null, created_us integer not null, from_us integer not null, to_us integer not null,
  samples integer not null, subjects text, cause text, reason text not null, thinned integer not null,
  epoch integer, seq integer, content_check integer not null, identity_check integer, bytes blob not null) strict;
create index if not exists waiting on record(lane, id) where seq is null;
create index if not exists tombstone on record(cause, subjects) where seq is null and cause is not null;
create unique index if not exists numbered on record(epoch, seq) where seq is not null;
create table if not exists epoch(epoch integer primary key, last_seq integer not null, committed_seq integer not null) strict;
create table if not exists bookmark(key text primary key, value text not null) strict, without rowid;`;

export type NewRow = Omit<SpoolRow, 'id' | 'identity'>;
export interface Tally {
  readonly rows: number;
  readonly bytes: number;
  /** Unnumbered records of the live lane. */
  readonly waitingLive: number;
}
export interface EpochState {
  readonly epoch: number;
  readonly lastSeq: number;
  readonly committedSeq: number;
}

/** The spool's SQLite file: rows in and out, every row verified. One writer, no other process. */
export class SpoolDatabase {
  private readonly db: DatabaseSync;
  private readonly statements = new Map<string, StatementSync>();
  /** Kept up to date by every change, because counting a long table takes too long. */
  private sum: Tally = { rows: 0, bytes: 0, waitingLive: 0 };

  /** `counted: false` opens a damaged file, whose rows can't be counted. */
  constructor(
    readonly file: string,
    { counted = true }: { readonly counted?: boolean } = {},
  ) {
    this.db = new DatabaseSync(file);
    // WAL with FULL: one fsync per commit; a commit that returned survives power loss.
    this.db.exec('pragma auto_vacuum = incremental; pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 256; pragma journal_size_limit = 1048576');
    const version = this.one('pragma user_version')?.['user_version'];
    // Written twice: a flipped bit in one of them must not look like a newer version.
    if (typeof version === 'number' && version > LAYOUT && this.one('pragma application_id')?.['application_id'] === version) {
      this.db.close();
      throw new SpoolUnusableError(file, `it was written by a newer version (layout ${version})`, 'Start the newer gateway, or move the file away.');
    }
    this.db.exec(`${SCHEMA} pragma user_version = ${LAYOUT}; pragma application_id = ${LAYOUT};`);
    if (!counted) return;
    if (schemaOf(this.db) !== intactSchema()) throw new SpoolCorruptError('The schema of the spool is damaged.');
    this.sum = this.count();
  }

  get tally(): Tally {
    return this.sum;
  }

  /** Runs `work` as one durable commit; on an error nothing of it remains. */
  transaction<T>(work: () => T): T {
    const before = this.sum;
    this.db.exec('begin immediate');
    try {
      const result = work();
      this.db.exec('commit');
      return result;
    } catch (error) {
      this.sum = before;
      if (this.db.isTransaction) this.db.exec('rollback');
      throw error;
    }
  }

  /** Gives free pages back to the disk, as far as there is room to do so. */
  compact(): void {
    try {
      this.db.exec('pragma wal_checkpoint(truncate); pragma incremental_vacuum; pragma wal_checkpoint(truncate)');
    } catch (error) {
      if (!isDiskTrouble(error)) throw error;
    }
  }

  /** SQLite's own check, of the indexes against the table too: the quick one misses a damaged id. Throws nothing; false when damage was found. */
  sound(): boolean {
    try {
      return this.one('pragma integrity_check(1)')?.['integrity_check'] === 'ok';
    } catch {
      return false;
    }
  }

  insert(row: NewRow, identity: SpoolRow['identity'] = null): number {
    const id = Number(this.one('select coalesce(max(id), 0) + 1 as id from record')?.['id']);
    this.restore({ ...row, id, identity });
    return id;
  }

  /** Writes a row with the id and number it already has. */
  restore(row: SpoolRow): void {
    this.run(
      'insert into record values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)',
      row.id, row.lane === 'live' ? 0 : 1, row.createdUs, row.fromUs, row.toUs, row.samples, subjectsText(row.subjects), row.cause, row.reason,
      row.thinned, row.identity?.epoch ?? null, row.identity?.seq ?? null, contentCheck(row),
      row.identity && identityCheck(row.id, row.identity.epoch, row.identity.seq), row.bytes,
    );
    this.tallied(1, row.bytes.length, row.lane === 'live' && row.identity === null ? 1 : 0);
  }

  /** Replaces the content of a row and keeps its id and number. */
  rewrite(row: SpoolRow): void {
    this.remove(row.id);
    this.restore(row);
  }

  number(id: number, epoch: number, seq: number): void {
    this.run('update record set epoch = ?, seq = ?, identity_check = ? where id = ?', epoch, seq, identityCheck(id, epoch, seq), id);
    this.tallied(0, 0, this.one('select lane from record where id = ?', id)?.['lane'] === 0 ? -1 : 0);
  }

  remove(id: number): void {
    const gone = this.one('delete from record where id = ? returning length(bytes) as size, lane, seq', id);
    if (gone) this.tallied(-1, -Number(gone['size']), gone['lane'] === 0 && gone['seq'] === null ? -1 : 0);
  }

  read(id: number): SpoolRow | null {
    const raw = this.one('select * from record where id = ?', id);
    return raw === undefined ? null : parseRow(raw);
  }

  /** In order of writing. Nothing here may depend on a column that only the check sum protects: a damaged one would hide its record. */
  waiting(lane: Lane, limit: number): SpoolRow[] {
    const sql = 'select * from record where seq is null and lane = ? order by id limit ?';
    return this.statement(sql).all(lane === 'live' ? 0 : 1, limit).map(parseRow);
  }

  /** The newest waiting ones, in order of writing. */
  newestWaiting(lane: Lane, limit: number): SpoolRow[] {
    const sql = 'select * from record where seq is null and lane = ? order by id desc limit ?';
    return this.statement(sql).all(lane === 'live' ? 0 : 1, limit).map(parseRow).reverse();
  }

  waitingIds(): number[] {
    return this.statement('select id from record where seq is null').all().map((row) => Number(row['id']));
  }

  /** The oldest unnumbered batch of any lane (no tombstone), thinned at most `thinned` times. */
  oldestBatch(thinned: number): SpoolRow | null {
    const raw = this.one('select * from record where seq is null and cause is null and thinned <= ? order by id limit 1', thinned);
    return raw === undefined ? null : parseRow(raw);
  }

  waitingTombstone(cause: string, subjects: string | null): SpoolRow | null {
    const raw = this.one('select * from record where seq is null and cause = ? and subjects is ? order by id desc limit 1', cause, subjects);
    return raw === undefined ? null : parseRow(raw);
  }

  numberedIds(): { id: number; epoch: number; seq: number }[] {
    const rows = this.statement('select id, epoch, seq from record where seq is not null order by epoch, seq').all();
    return rows.map((row) => ({ id: Number(row['id']), epoch: Number(row['epoch']), seq: Number(row['seq']) }));
  }

  idsAscending(afterId: number, limit: number): number[] {
    return this.statement('select id from record where id > ? order by id limit ?').all(afterId, limit).map((row) => Number(row['id']));
  }

  idsDescending(limit: number, beforeId: number): number[] {
    return this.statement('select id from record where id < ? order by id desc limit ?').all(beforeId, limit).map((row) => Number(row['id']));
  }

  private count(): Tally {
    const row = this.one(`select count(*) as rows, coalesce(sum(length(bytes)), 0) as bytes,
      coalesce(sum(seq is null and lane = 0), 0) as live from record not indexed`);
    return { rows: Number(row?.['rows']), bytes: Number(row?.['bytes']), waitingLive: Number(row?.['live']) };
  }

  private tallied(rows: number, bytes: number, waitingLive: number): void {
    this.sum = { rows: this.sum.rows + rows, bytes: this.sum.bytes + bytes, waitingLive: this.sum.waitingLive + waitingLive };
  }

  oldestCreatedUs(): number | null {
    const value = this.one('select created_us from record order by id limit 1')?.['created_us'];
    return typeof value === 'number' ? value : null;
  }

  epochs(): EpochState[] {
    const rows = this.statement('select * from epoch order by epoch').all();
    return rows.map((row) => {
      const [epoch, lastSeq, committedSeq] = [row['epoch'], row['last_seq'], row['committed_seq']];
      const isWhole = typeof epoch === 'number' && typeof lastSeq === 'number' && typeof committedSeq === 'number';
      if (isWhole && epoch >= 0 && committedSeq >= 0 && committedSeq <= lastSeq) return { epoch, lastSeq, committedSeq };
      throw new SpoolCorruptError('The numbers of an epoch in the spool are damaged.');
    });
  }

  saveEpoch(state: EpochState): void {
    this.run('insert into epoch values (?,?,?) on conflict(epoch) do update set last_seq = excluded.last_seq, committed_seq = excluded.committed_seq',
      state.epoch, state.lastSeq, state.committedSeq);
  }

  forgetEpoch(epoch: number): void {
    this.run('delete from epoch where epoch = ?', epoch);
  }

  bookmarks(): Map<string, string> {
    return new Map(this.statement('select key, value from bookmark').all().map((row) => [String(row['key']), String(row['value'])]));
  }

  saveBookmark(key: string, value: string | null): void {
    if (value === null) this.run('delete from bookmark where key = ?', key);
    else this.run('insert into bookmark values (?,?) on conflict(key) do update set value = excluded.value', key, value);
  }

  close(): void {
    this.statements.clear();
    if (this.db.isOpen) this.db.close();
  }

  private statement(sql: string): StatementSync {
    const known = this.statements.get(sql);
    if (known) return known;
    const prepared = this.db.prepare(sql);
    this.statements.set(sql, prepared);
    return prepared;
  }

  private one(sql: string, ...values: (number | string | null)[]): ReturnType<StatementSync['get']> {
    return this.statement(sql).get(...values);
  }

  private run(sql: string, ...values: (number | string | Uint8Array | null)[]): void {
    this.statement(sql).run(...values);
  }
}

const schemaOf = (db: DatabaseSync): string => JSON.stringify(db.prepare('select type, name, tbl_name, sql from sqlite_schema order by name').all());

function intactSchema(): string {
  const memory = new DatabaseSync(':memory:');
  memory.exec(SCHEMA);
  const text = schemaOf(memory);
  memory.close();
  return text;
}
