import { crc32 } from 'node:zlib';
import { SpoolCorruptError } from './spool.errors.js';
import type { Lane, LossCause, LostStretch } from './spool-contract.js';

/** One row of the table `record`. A tombstone has no bytes and a cause. */
export interface SpoolRow {
  readonly id: number;
  readonly lane: Lane;
  readonly createdUs: number;
  readonly fromUs: number;
  readonly toUs: number;
  readonly samples: number;
  readonly subjects: readonly number[] | null;
  readonly cause: LossCause | null;
  readonly reason: string;
  readonly thinned: number;
  readonly bytes: Uint8Array;
  readonly identity: { readonly epoch: number; readonly seq: number } | null;
}

type SqlValue = null | number | bigint | string | Uint8Array;
export type RawRow = Readonly<Record<string, SqlValue>>;

/** Covers everything that is fixed when the row is written. */
export function contentCheck(row: Omit<SpoolRow, 'identity'>): number {
  const head = [row.id, row.lane, row.createdUs, row.fromUs, row.toUs, row.samples, row.cause ?? '', row.reason, row.thinned];
  return crc32(row.bytes, crc32(`${head.join('|')}|${subjectsText(row.subjects) ?? 'unknown'}`));
}

/** Covers the number a row was given; it is assigned later than the content. */
export const identityCheck = (id: number, epoch: number, seq: number): number => crc32(`${id}|${epoch}|${seq}`);

export const subjectsText = (subjects: readonly number[] | null): string | null => subjects && subjects.join(',');

const parseSubjects = (text: SqlValue | undefined): readonly number[] | null =>
  typeof text === 'string' ? (text === '' ? [] : text.split(',').map(Number)) : null;

function whole(raw: RawRow, column: string): number {
  const value = raw[column];
  if (typeof value !== 'number') throw new SpoolCorruptError(`Column ${column} of a spool record is damaged.`);
  return value;
}

function parseCause(value: SqlValue | undefined): LossCause | null {
  if (value === 'full' || value === 'age' || value === 'corrupt' || value === 'refused') return value;
  return null;
}

/** Parses and verifies a row. Throws SpoolCorruptError when anything in it was changed. */
export function parseRow(raw: RawRow): SpoolRow {
  const content = {
    id: whole(raw, 'id'),
    lane: raw['lane'] === 0 ? ('live' as const) : ('backlog' as const),
    createdUs: whole(raw, 'created_us'),
    fromUs: whole(raw, 'from_us'),
    toUs: whole(raw, 'to_us'),
    samples: whole(raw, 'samples'),
    subjects: parseSubjects(raw['subjects']),
    cause: parseCause(raw['cause']),
    reason: typeof raw['reason'] === 'string' ? raw['reason'] : '',
    thinned: whole(raw, 'thinned'),
    bytes: raw['bytes'] instanceof Uint8Array ? raw['bytes'] : new Uint8Array(0),
  };
  if (contentCheck(content) !== whole(raw, 'content_check')) {
    throw new SpoolCorruptError(`Record ${content.id} of the spool does not match its checksum.`);
  }
  if (raw['seq'] === null && raw['epoch'] === null) return { ...content, identity: null };
  const identity = { epoch: whole(raw, 'epoch'), seq: whole(raw, 'seq') };
  if (identityCheck(content.id, identity.epoch, identity.seq) !== whole(raw, 'identity_check')) {
    throw new SpoolCorruptError(`The number of record ${content.id} of the spool does not match its checksum.`);
  }
  return { ...content, identity };
}

export function stretchOf(row: SpoolRow): LostStretch | null {
  if (row.cause === null) return null;
  const { fromUs, toUs, samples, subjects, cause, reason } = row;
  return { fromUs, toUs, samples, subjects, cause, reason };
}
