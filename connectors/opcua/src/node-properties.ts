import { AttributeIds, type ClientSession, type NodeId } from 'node-opcua-client';
import { pieces, type ServerLimits } from './server-limits.js';

const HAS_PROPERTY = 'i=46';

/** The values of one property of each node (Part 3 §7.4); undefined where there is none. */
export async function readProperty(session: ClientSession, limits: ServerLimits, nodes: readonly NodeId[], name: string): Promise<readonly unknown[]> {
  const targets: (NodeId | undefined)[] = [];
  for (const piece of pieces(nodes, limits.nodesPerTranslate)) {
    const relativePath = { elements: [{ referenceTypeId: HAS_PROPERTY, isInverse: false, includeSubtypes: true, targetName: { name, namespaceIndex: 0 } }] };
    const found = await session.translateBrowsePath(piece.map((startingNode) => ({ startingNode, relativePath })) as never[]);
    targets.push(...found.map((path) => path.targets?.[0]?.targetId));
  }
  const asked = targets.flatMap((nodeId, index) => (nodeId ? [{ nodeId, index }] : []));
  const values: unknown[] = nodes.map(() => undefined);
  for (const piece of pieces(asked, limits.nodesPerRead)) {
    const answers = await session.read(piece.map(({ nodeId }) => ({ nodeId, attributeId: AttributeIds.Value })));
    piece.forEach(({ index }, at) => {
      values[index] = answers[at]?.value?.value;
    });
  }
  return values;
}

interface Text {
  readonly text?: string | null;
}

/** Display name of an EUInformation (Part 8 §5.6.4.3). */
export const unitOf = (value: unknown): string | undefined => (Object(value) as { readonly displayName?: Text | null }).displayName?.text ?? undefined;

export type Meanings = Readonly<Record<string, string>>;

/** From EnumStrings, a list of texts, or EnumValues, a list of values with their texts (Part 3 §5.8.3, Part 8 §5.3.3). */
export function meaningsOf(value: unknown): Meanings | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  return Object.fromEntries(
    value.map((entry: Text & { readonly value?: unknown; readonly name?: string | null; readonly displayName?: Text | null }, index): [string, string] =>
      entry.value === undefined ? [String(index), entry.text ?? ''] : [String(smallInteger(entry.value)), entry.name ?? entry.displayName?.text ?? ''],
    ),
  );
}

/** The driver's [high, low] of a 64-bit integer that means an enumeration: 32 bits are enough. */
const smallInteger = (value: unknown): number => (Array.isArray(value) ? Number(value[1]) | 0 : Number(value));

export const textOf = (value: unknown): string | undefined => (Object(value) as Text).text ?? undefined;
