import { AttributeIds, type ClientSession } from 'node-opcua-client';

/** How many nodes one request may name; from the server's OperationLimits (Part 5 §6.3.11), bounded by our own. */
export interface ServerLimits {
  readonly nodesPerRead: number;
  readonly nodesPerBrowse: number;
  readonly nodesPerTranslate: number;
  readonly monitoredItemsPerCall: number;
  readonly monitoredItemsPerSubscription: number;
}

const OURS = 1000;
const FALLBACK = 500;
const NODES = { nodesPerRead: 'i=11705', nodesPerBrowse: 'i=11710', monitoredItemsPerCall: 'i=11714', monitoredItemsPerSubscription: 'i=24104', nodesPerTranslate: 'i=11712' } as const;
const OUR_SUBSCRIPTION = 10_000;

/** Reads the limits; a server that doesn't tell them gets the fallback. */
export async function readServerLimits(session: ClientSession): Promise<ServerLimits> {
  const answers = await session.read(Object.values(NODES).map((nodeId) => ({ nodeId, attributeId: AttributeIds.Value }))).catch(() => []);
  const told = answers.map(({ value, statusCode }) => {
    const limit: unknown = statusCode.isGood() ? value.value : undefined;
    // 0 means "no limit told" (Part 5 §6.3.11).
    return typeof limit === 'number' && limit > 0 ? limit : undefined;
  });
  const perCall = (at: number): number => Math.min(told[at] ?? FALLBACK, OURS);
  return { nodesPerRead: perCall(0), nodesPerBrowse: perCall(1), nodesPerTranslate: perCall(4), monitoredItemsPerCall: perCall(2), monitoredItemsPerSubscription: Math.min(told[3] ?? OUR_SUBSCRIPTION, OUR_SUBSCRIPTION) };
}

/** Cuts a list into pieces of at most `size`. */
export function pieces<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  const cut: T[][] = [];
  for (let at = 0; at < all.length; at += size) cut.push(all.slice(at, at + size));
  return cut;
}
