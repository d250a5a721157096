/** Where each piece of a concatenation begins, counted from 1 as `substring` does. */
export function offsetsOf(lengths: readonly number[]): number[] {
  let at = 1;
  return lengths.map((length) => {
    const from = at;
    at += length;
    return from;
  });
}
