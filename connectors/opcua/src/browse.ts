import { BrowseDirection, NodeClass, StatusCodes, type BrowseResult, type ClientSession, type NodeId, type ReferenceDescription } from 'node-opcua-client';
import picomatch from 'picomatch';
import { ConfigurationError, type BrowsedTag } from '@telltale/connector-sdk';
import { BrowseDescription, type Found } from './browse-description.js';
import type { NamespaceTable } from './namespace-table.js';
import { pieces, type ServerLimits } from './server-limits.js';

const OBJECTS_FOLDER = 'i=85';
const SERVER_OBJECT = 'i=2253';
const HIERARCHICAL_REFERENCES = 'i=33';
const HAS_PROPERTY = 'i=46';
const MAX_DEPTH = 40;
const MAX_NODES = 500_000;
// Result mask: reference type, direction, class, browse name (Part 4 §7.5).
const RESULT_MASK = 0x3f;

/** Compiles a glob over `/`-separated browse names. @throws ConfigurationError */
export function compileGlob(glob: string, concerned: string): { matches(path: string): boolean; mayLieBelow(path: readonly string[]): boolean } {
  if (glob.length === 0 || glob.length > 1000) throw new ConfigurationError('opcua.glob-invalid', concerned, 'the browse pattern is empty or too long', 'Write a pattern such as Line*/**/Temp.');
  const matches = picomatch(glob, { dot: true, nonegate: true });
  const segments = glob.split('/');
  const deep = segments.findIndex((segment) => segment.includes('**'));
  const head = (deep < 0 ? segments : segments.slice(0, deep)).map((segment) => picomatch(segment, { dot: true, nonegate: true }));
  return {
    matches: (path) => matches(path),
    mayLieBelow: (path) => (deep >= 0 || path.length < segments.length) && path.every((name, index) => head[index]?.(name) ?? deep >= 0),
  };
}

/** Walks the hierarchy below Objects, level by level, only where the pattern can match; yields matching variables, after a structure its members. */
export async function* browseTags(session: ClientSession, limits: ServerLimits, namespaces: NamespaceTable, glob: string, concerned: string): AsyncIterable<BrowsedTag> {
  const pattern = compileGlob(glob, concerned);
  const description = new BrowseDescription(session, limits, namespaces);
  const seen = new Set<string>([OBJECTS_FOLDER]);
  let level: { nodeId: NodeId | string; path: readonly string[] }[] = [{ nodeId: OBJECTS_FOLDER, path: [] }];
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth++) {
    const next: Found[] = [];
    for (const piece of pieces(level, limits.nodesPerBrowse)) {
      const below: Found[] = [];
      for await (const found of childrenOf(session, piece)) {
        const key = found.nodeId.toString();
        if (seen.has(key) || key === `ns=0;${SERVER_OBJECT}` || seen.size > MAX_NODES) continue;
        seen.add(key);
        below.push(found);
      }
      const matching = below.filter(({ isVariable, path }) => isVariable && pattern.matches(path.join('/')));
      for (const few of pieces(matching, Math.floor(limits.nodesPerRead / 2) || 1)) yield* description.of(few);
      next.push(...below.filter(({ path }) => pattern.mayLieBelow(path)));
    }
    level = next;
  }
}

async function* childrenOf(session: ClientSession, parents: readonly { nodeId: NodeId | string; path: readonly string[] }[]): AsyncIterable<Found> {
  const results = await session.browse(
    parents.map(({ nodeId }) => ({
      nodeId, browseDirection: BrowseDirection.Forward, includeSubtypes: true, referenceTypeId: HIERARCHICAL_REFERENCES,
      nodeClassMask: NodeClass.Object | NodeClass.Variable, resultMask: RESULT_MASK,
    })),
  );
  const crowdedOut: (typeof parents)[number][] = [];
  for (const [index, first] of results.entries()) {
    const parent = parents[index];
    // The server keeps only so many continuation points at a time: those nodes are asked again, one by one.
    if (parent && parents.length > 1 && first.statusCode.equals(StatusCodes.BadNoContinuationPoints)) crowdedOut.push(parent);
    const path = parent?.path ?? [];
    let result: BrowseResult | undefined = first;
    while (result) {
      for (const reference of result.references ?? []) if (isChild(reference)) yield toFound(reference, path);
      result = result.continuationPoint?.length ? await session.browseNext(result.continuationPoint, false) : undefined;
    }
  }
  for (const parent of crowdedOut) yield* childrenOf(session, [parent]);
}

const isChild = ({ nodeClass, referenceTypeId }: ReferenceDescription): boolean =>
  (nodeClass === NodeClass.Object || nodeClass === NodeClass.Variable) && referenceTypeId.toString() !== `ns=0;${HAS_PROPERTY}` && referenceTypeId.toString() !== HAS_PROPERTY;

// A browse name may itself hold a slash; in a path it becomes "_".
const toFound = ({ nodeId, browseName, nodeClass }: ReferenceDescription, path: readonly string[]): Found => ({
  nodeId,
  path: [...path, (browseName.name ?? '?').replaceAll('/', '_')],
  isVariable: nodeClass === NodeClass.Variable,
});
