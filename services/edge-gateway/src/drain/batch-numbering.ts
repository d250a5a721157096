import { decodeBatch, emptyColumns, encodeBatch, type BatchIdentity, type ContinuityRow } from '@telltale/tag-sample';
import type { LostStretch, SpoolRecord } from '@telltale/edge-spool';

/** Gives a waiting batch the number under which it leaves. The same record always gives the same bytes. */
export function numbered(bytes: Uint8Array, identity: BatchIdentity): Buffer {
  const { samples, continuity } = decodeBatch(bytes);
  return encodeBatch({ identity, samples, continuity });
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
