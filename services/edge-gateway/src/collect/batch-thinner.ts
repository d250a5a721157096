import { decodeBatch, encodeBatch, pickColumns, type ContinuityRow } from '@telltale/tag-sample';

/** Keeps every second sample of each tag that has several, and says so. Null when there is nothing to thin. */
export function thinBatch(bytes: Uint8Array): { readonly bytes: Uint8Array; readonly samples: number } | null {
  const { identity, samples, continuity } = decodeBatch(bytes);
  const seen = new Map<number, number>();
  const kept: number[] = [];
  const thinned = new Set<number>();
  let fromUs = Infinity;
  let toUs = -Infinity;
  for (let i = 0; i < samples.tagIds.length; i++) {
    const tagId = samples.tagIds[i] ?? 0;
    const earlier = seen.get(tagId) ?? 0;
    seen.set(tagId, earlier + 1);
    if (earlier % 2 === 0) {
      kept.push(i);
      continue;
    }
    thinned.add(tagId);
    const at = samples.sourceTimesUs[i] ?? 0;
    fromUs = Math.min(fromUs, at);
    toUs = Math.max(toUs, at + 1);
  }
  if (thinned.size === 0) return null;
  const row: ContinuityRow = { tagIds: [...thinned], fromUs, toUs, kind: 'dropped', reason: 'The spool of the gateway was full: every second sample was kept.' };
  return { bytes: encodeBatch({ identity, samples: pickColumns(samples, kept), continuity: [...continuity, row] }), samples: kept.length };
}
