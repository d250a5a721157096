import { decodeBatch, emptyColumns, encodeBatch, pickColumns, type BatchIdentity, type ContinuityRow } from '@telltale/tag-sample';
import type { LostStretch, SpoolRecord } from '@telltale/edge-spool';

export interface NumberedBatch {
  readonly bytes: Buffer;
  readonly continuity: readonly ContinuityRow[];
}

/** Gives a waiting batch the number under which it leaves, restricted to `onlyTags` when given. The same record gives the same bytes. */
export function numbered(bytes: Uint8Array, identity: BatchIdentity, onlyTags: ReadonlySet<number> | null = null): NumberedBatch {
  const { samples, continuity } = decodeBatch(bytes);
  if (onlyTags === null) return { bytes: encodeBatch({ identity, samples, continuity }), continuity };
  const kept = Array.from(samples.tagIds.keys()).filter((at) => onlyTags.has(samples.tagIds[at] ?? 0));
  const rows = continuity.map((row) => ({ ...row, tagIds: row.tagIds.filter((tagId) => onlyTags.has(tagId)) }));
  return { bytes: encodeBatch({ identity, samples: pickColumns(samples, kept), continuity: rows.filter((row) => row.tagIds.length > 0) }), continuity };
}

/** In place of what can't be delivered: no samples, only the declaration. Without tags it declares nothing and just keeps the sequence whole. */
export function tombstone(identity: BatchIdentity, lost: LostStretch, tagIds: readonly number[]): Buffer {
  const rows: ContinuityRow[] =
    tagIds.length === 0 || lost.toUs <= lost.fromUs
      ? []
      : [{ tagIds, fromUs: lost.fromUs, toUs: lost.toUs, kind: lost.cause === 'corrupt' ? 'gap' : 'dropped', reason: reasonOf(lost) }];
  return encodeBatch({ identity, samples: emptyColumns(), continuity: rows });
}

const reasonOf = ({ reason, samples }: LostStretch): string => (samples > 0 ? `${reason} (${samples} samples)` : reason);

export const identityOf = ({ epoch, seq }: Pick<SpoolRecord, 'epoch' | 'seq'>, gatewayId: number): BatchIdentity => ({ gatewayId, epoch, seq });
