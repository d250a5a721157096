/** Sorted, disjoint, half-open [from, to) ranges of sequence numbers: an int8multirange. */
export type SequenceSet = readonly (readonly [from: number, to: number])[];

/** Parses Postgres' text form, `{[1,5),[7,8)}`. */
export function parseSequenceSet(text: string): SequenceSet {
  return [...text.matchAll(/\[(\d+),(\d+)\)/g)].map(([, from, to]) => [Number(from), Number(to)] as const);
}

export const formatSequenceSet = (set: SequenceSet): string =>
  `{${set.map(([from, to]) => `[${from},${to})`).join(',')}}`;

export function hasSequence(set: SequenceSet, seq: number): boolean {
  return set.some(([from, to]) => seq >= from && seq < to);
}

export function uniteSequences(...sets: readonly SequenceSet[]): SequenceSet {
  const ranges = sets.flat().toSorted((a, b) => a[0] - b[0]);
  const united: [number, number][] = [];
  for (const [from, to] of ranges) {
    const last = united.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else united.push([from, to]);
  }
  return united;
}

export const sequenceSetOf = (seqs: readonly number[]): SequenceSet =>
  uniteSequences(seqs.map((seq) => [seq, seq + 1]));

/** Highest seq such that 1..seq are all in the set; 0 when 1 is not. */
export function contiguousThrough(set: SequenceSet): number {
  const [first] = set;
  return first && first[0] <= 1 ? first[1] - 1 : 0;
}
