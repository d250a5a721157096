import { COMPARED_FIELDS, type BrowseDifference, type BrowsedTag } from './browsed-tag.js';

/** What appeared, vanished and changed, in the order of the paths. Several nodes may have one path: those are told apart by their address. */
export function compareBrowses(before: readonly BrowsedTag[], after: readonly BrowsedTag[]): readonly BrowseDifference[] {
  const was = Map.groupBy(before, ({ path }) => path);
  const is = Map.groupBy(after, ({ path }) => path);
  const paths = [...new Set([...was.keys(), ...is.keys()])].toSorted();
  return paths.flatMap((path) => differencesAt(path, was.get(path) ?? [], is.get(path) ?? []));
}

function differencesAt(path: string, was: readonly BrowsedTag[], is: readonly BrowsedTag[]): readonly BrowseDifference[] {
  const [single, now] = [was[0], is[0]];
  if (was.length === 1 && is.length === 1 && single && now) return changed(path, single, now);
  const addressed = (tags: readonly BrowsedTag[]): ReadonlyMap<string, BrowsedTag> => new Map(tags.map((tag) => [textOf(tag.address), tag]));
  const [earlier, later] = [addressed(was), addressed(is)];
  return [
    ...[...earlier].flatMap(([address, before]): readonly BrowseDifference[] => {
      const after = later.get(address);
      return after ? changed(path, before, after) : [{ change: 'vanished', path, before }];
    }),
    ...[...later].flatMap(([address, after]): readonly BrowseDifference[] => (earlier.has(address) ? [] : [{ change: 'appeared', path, after }])),
  ];
}

function changed(path: string, before: BrowsedTag, after: BrowsedTag): readonly BrowseDifference[] {
  const what = COMPARED_FIELDS.filter((field) => textOf(before[field]) !== textOf(after[field]));
  return what.length === 0 ? [] : [{ change: 'changed', path, what, before, after }];
}

/** The same text for the same value, whatever the order of its fields. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner) ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}
