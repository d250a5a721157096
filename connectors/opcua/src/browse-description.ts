import { AttributeIds, NodeId, type ClientSession } from 'node-opcua-client';
import type { BrowsedTag } from '@telltale/connector-sdk';
import { DataTypeCatalog } from './data-type-catalog.js';
import type { NamespaceTable } from './namespace-table.js';
import { meaningsOf, readProperty, textOf, unitOf, type Meanings } from './node-properties.js';
import type { ServerLimits } from './server-limits.js';

/** A structure may hold structures; servers exist whose types hold themselves. */
const DEEPEST = 6;
const DISCRETE: ReadonlySet<string> = new Set(['SByte', 'Byte', 'Int16', 'UInt16', 'Int32', 'UInt32', 'Int64', 'UInt64']);

/** A node on the way through the tree. */
export interface Found {
  readonly nodeId: NodeId;
  readonly path: readonly string[];
  readonly isVariable: boolean;
}

interface Read {
  readonly found: Found;
  readonly dataType: NodeId | undefined;
  readonly isArray: boolean;
}

/** Says of found variables their address, type, unit and meanings. */
export class BrowseDescription {
  private readonly types: DataTypeCatalog;

  constructor(private readonly session: ClientSession, private readonly limits: ServerLimits, private readonly namespaces: NamespaceTable) {
    this.types = new DataTypeCatalog(session, limits);
  }

  async *of(found: readonly Found[]): AsyncIterable<BrowsedTag> {
    const read = await this.read(found);
    await this.types.learn(read.flatMap(({ dataType }) => dataType ?? []));
    const nodes = found.map(({ nodeId }) => nodeId);
    const units = (await readProperty(this.session, this.limits, nodes, 'EngineeringUnits')).map(unitOf);
    const states = await this.statesOf(read);
    for (const [index, { found: one, dataType, isArray }] of read.entries()) {
      const address = { nodeId: this.namespaces.format(one.nodeId.namespace, one.nodeId.toString().replace(/^ns=\d+;/, '')) };
      const tag = this.tag(one.path.join('/'), address, dataType, isArray, units[index], states.get(one));
      yield tag;
      if (dataType && !isArray) yield* this.membersOf(tag, '', dataType, 1);
    }
  }

  private async read(found: readonly Found[]): Promise<readonly Read[]> {
    const answers = await this.session.read(found.flatMap(({ nodeId }) => [AttributeIds.DataType, AttributeIds.ValueRank].map((attributeId) => ({ nodeId, attributeId }))));
    return found.map((one, index) => {
      const dataType: unknown = answers[2 * index]?.value?.value;
      const rank: unknown = answers[2 * index + 1]?.value?.value;
      return { found: one, dataType: dataType instanceof NodeId ? dataType : undefined, isArray: typeof rank === 'number' && rank >= 0 };
    });
  }

  private tag(path: string, address: BrowsedTag['address'], dataType: NodeId | undefined, isArray: boolean, unit?: string, states?: Meanings): BrowsedTag {
    const { name, meanings = states } = dataType ? this.types.of(dataType) : { name: 'Structure' };
    return { path, address, dataType: isArray ? `${name}[]` : name, ...(unit !== undefined && { unit }), ...(meanings && { meanings }) };
  }

  private async *membersOf(whole: BrowsedTag, before: string, dataType: NodeId, depth: number): AsyncIterable<BrowsedTag> {
    const { members } = this.types.of(dataType);
    if (!members || depth > DEEPEST) return;
    await this.types.learn(members.map((member) => member.dataType));
    for (const member of members) {
      const way = `${before}${member.name}`;
      yield this.tag(`${whole.path}.${way}`, { ...whole.address, member: way }, member.dataType, member.isArray);
      if (!member.isArray) yield* this.membersOf(whole, `${way}.`, member.dataType, depth + 1);
    }
  }

  /** Discrete items carry their meanings themselves (Part 8 §5.3.3). */
  private async statesOf(read: readonly Read[]): Promise<ReadonlyMap<Found, Meanings>> {
    const states = new Map<Found, Meanings>();
    const named = (wanted: (name: string) => boolean): readonly Read[] => read.filter(({ dataType, isArray }) => dataType && !isArray && wanted(this.types.of(dataType).name));
    const properties = async (of: readonly Read[], name: string): Promise<readonly unknown[]> => (of.length === 0 ? [] : readProperty(this.session, this.limits, of.map(({ found }) => found.nodeId), name));
    const whole = named((name) => DISCRETE.has(name));
    for (const values of [await properties(whole, 'EnumStrings'), await properties(whole, 'EnumValues')]) {
      whole.forEach(({ found }, index) => {
        const meanings = meaningsOf(values[index]);
        if (meanings) states.set(found, meanings);
      });
    }
    const binary = named((name) => name === 'Boolean');
    const [no, yes] = [await properties(binary, 'FalseState'), await properties(binary, 'TrueState')];
    binary.forEach(({ found }, index) => {
      const [off, on] = [textOf(no[index]), textOf(yes[index])];
      if (off !== undefined && on !== undefined) states.set(found, { 0: off, 1: on });
    });
    return states;
  }
}
