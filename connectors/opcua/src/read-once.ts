import { AttributeIds, type ClientSession } from 'node-opcua-client';
import type { Observation } from '@telltale/connector-sdk';
import { elementOf } from './index-range.js';
import { parseNodeReference } from './opcua.address.js';
import type { NamespaceTable } from './namespace-table.js';
import { pieces, type ServerLimits } from './server-limits.js';
import { decodeStructures, isEncoded } from './structure-types.js';
import type { OpcUaTag } from './tag-subscription.js';
import { observationOf } from './tag-value.js';

/** Reads every tag once: the rung that shows the present even when no subscription speaks. */
export async function readOnce(session: ClientSession, limits: ServerLimits, namespaces: NamespaceTable, tags: readonly OpcUaTag[]): Promise<readonly Observation[]> {
  const known = tags.flatMap((tag) => {
    const reference = parseNodeReference(tag.address.nodeId);
    const nodeId = reference && namespaces.resolve(reference);
    return nodeId === undefined ? [] : [{ tag, nodeId }];
  });
  const observations: Observation[] = [];
  for (const piece of pieces(known, limits.nodesPerRead)) {
    const values = await session.read(piece.map(({ tag, nodeId }) => ({ nodeId, attributeId: AttributeIds.Value, ...elementOf(tag.address) })));
    await decodeStructures(session, values.filter(isEncoded));
    values.forEach((value, index) => {
      const tag = piece[index]?.tag;
      if (tag) observations.push(observationOf(tag, value));
    });
  }
  return observations;
}
