import type { ContinuityEntry } from './series-contract.js';
import type { Gaps } from './rollup-rows.js';

/** Declared stretches without valid data, less what was filled from history later. */
export function gapsOf(entries: readonly ContinuityEntry[]): Gaps {
  const filled = unite(
    entries.filter(({ kind }) => kind === 'backfilled').map(({ fromUs, toUs }) => [fromUs, toUs] as const),
  );
  const missing = unite(
    entries.filter(({ kind }) => kind !== 'backfilled').map(({ fromUs, toUs }) => [fromUs, toUs] as const),
  );
  return missing.flatMap((gap) => {
    let rest: (readonly [number, number])[] = [gap];
    for (const [from, to] of filled) {
      rest = rest.flatMap(([a, b]) =>
        [[a, Math.min(b, from)] as const, [Math.max(a, to), b] as const].filter(([x, y]) => x < y),
      );
    }
    return rest;
  });
}

function unite(ranges: readonly (readonly [number, number])[]): Gaps {
  const united: [number, number][] = [];
  for (const [from, to] of ranges.filter(([a, b]) => a < b).toSorted((a, b) => a[0] - b[0])) {
    const last = united.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else united.push([from, to]);
  }
  return united;
}
