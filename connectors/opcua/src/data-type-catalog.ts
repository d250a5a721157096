import { AttributeIds, DataType, DataTypeDefinition, type ClientSession, type NodeId, type QualifiedName } from 'node-opcua-client';
import { meaningsOf, readProperty, type Meanings } from './node-properties.js';
import { pieces, type ServerLimits } from './server-limits.js';

/** What a person needs to know of a data type. */
export interface DescribedType {
  readonly name: string;
  /** Of an enumeration. */
  readonly meanings?: Meanings;
  /** Of a structure, inherited ones too. */
  readonly members?: readonly { readonly name: string; readonly dataType: NodeId; readonly isArray: boolean }[];
}

const LAST_BUILT_IN = 25;
const UNKNOWN: DescribedType = { name: 'Structure' };

/** Data types of one server, each asked for once (Part 3 §8.48 f. and, of older servers, §5.8.3). */
export class DataTypeCatalog {
  private readonly known = new Map<string, DescribedType>();

  constructor(private readonly session: ClientSession, private readonly limits: ServerLimits) {}

  of(dataType: NodeId): DescribedType {
    return builtIn(dataType) ?? this.known.get(dataType.toString()) ?? UNKNOWN;
  }

  /** Learns what is not known yet. */
  async learn(dataTypes: readonly NodeId[]): Promise<void> {
    const fresh = new Map(dataTypes.filter((one) => !builtIn(one) && !this.known.has(one.toString())).map((one) => [one.toString(), one]));
    for (const piece of pieces([...fresh.values()], Math.max(1, Math.floor(this.limits.nodesPerRead / 2)))) {
      const answers = await this.session.read(piece.flatMap((nodeId) => [AttributeIds.BrowseName, AttributeIds.DataTypeDefinition].map((attributeId) => ({ nodeId, attributeId }))));
      const described = piece.map((_type, index) => describe(answers[2 * index]?.value?.value, answers[2 * index + 1]?.value?.value));
      const bare = piece.filter((_type, index) => described[index]?.meanings === undefined && described[index]?.members === undefined);
      const meanings = await this.enumerations(bare);
      piece.forEach((nodeId, index) => {
        const told = meanings.get(nodeId.toString());
        this.known.set(nodeId.toString(), { ...(described[index] ?? UNKNOWN), ...(told && { meanings: told }) });
      });
    }
  }

  /** Of types without a definition: their property EnumStrings or EnumValues. */
  private async enumerations(types: readonly NodeId[]): Promise<ReadonlyMap<string, Meanings>> {
    const found = new Map<string, Meanings>();
    for (const name of types.length > 0 ? ['EnumStrings', 'EnumValues'] : []) {
      const values = await readProperty(this.session, this.limits, types, name);
      types.forEach((type, index) => {
        const meanings = meaningsOf(values[index]);
        if (meanings) found.set(type.toString(), meanings);
      });
    }
    return found;
  }
}

function builtIn({ namespace, value }: NodeId): DescribedType | undefined {
  const name = namespace === 0 && typeof value === 'number' && value <= LAST_BUILT_IN ? DataType[value] : undefined;
  return name === undefined ? undefined : { name };
}

function describe(browseName: QualifiedName | null | undefined, definition: unknown): DescribedType {
  const name = browseName?.name ?? UNKNOWN.name;
  // The driver exports no type of the two kinds of definition: their fields tell them apart.
  const { fields } = Object(definition instanceof DataTypeDefinition ? definition : undefined) as { readonly fields?: readonly DefinedField[] | null };
  if (!fields) return { name };
  const isStructure = fields.every(({ dataType }) => dataType !== undefined);
  const meanings = isStructure ? undefined : meaningsOf(fields);
  return { name, ...(meanings && { meanings }), ...(isStructure && { members: fields.map((field) => ({ name: field.name ?? '?', dataType: field.dataType, isArray: field.valueRank >= 0 })) }) };
}

interface DefinedField {
  readonly name: string | null;
  readonly dataType: NodeId;
  readonly valueRank: number;
}
