import { AttributeIds, type ClientSession } from 'node-opcua-client';

/** How many nodes one request may name; from the server's OperationLimits (Part 5 §6.3.11), bounded by our own. */
export interface ServerLimits {
  readonly nodesPerRead: number;
  readonly nodesPerBrowse: number;
  readonly monitoredItemsPerCall: number;
}

const OURS = 1000;
const FALLBACK = 500;
const NODES = { nodesPerRead: 'i=11705', nodesPerBrowse: 'i=11710', monitoredItemsPerCall: 'i=11714' } as const;

/** Reads the limits; a server that doesn't tell them gets the fallback. */
export async function readServerLimits(session: ClientSession): Promise<ServerLimits> {
  const answers = await session.read(Object.values(NODES).map((nodeId) => ({ nodeId, attributeId: AttributeIds.Value }))).catch(() => []);
  const limits = answers.map(({ value, statusCode }) => {
    const told: unknown = statusCode.isGood() ? value.value : undefined;
    // 0 means "no limit told" (Part 5 §6.3.11).
    return typeof told === 'number' && told > 0 ? Math.min(told, OURS) : FALLBACK;
  });
  return { nodesPerRead: limits[0] ?? FALLBACK, nodesPerBrowse: limits[1] ?? FALLBACK, monitoredItemsPerCall: limits[2] ?? FALLBACK };
}

/** Cuts a list into pieces of at most `size`. */
export function pieces<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  const cut: T[][] = [];
  for (let at = 0; at < all.length; at += size) cut.push(all.slice(at, at + size));
  return cut;
}
