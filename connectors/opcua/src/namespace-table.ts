import { formatNodeReference, type NodeReference } from './opcua.address.js';

/**
 * Namespace URIs of a server by index (OPC UA Part 3 §8.2.2: an index may change with every restart, the URI does not).
 * An index in an address is tied to the URI that it had when it was first seen.
 */
export class NamespaceTable {
  private uris: readonly string[] = [];
  private readonly tied = new Map<number, string>();

  constructor(tied: ReadonlyMap<number, string> = new Map()) {
    for (const [index, uri] of tied) this.tied.set(index, uri);
  }

  /** Takes the server's present array; true when an index means something else than before. */
  update(uris: readonly string[]): boolean {
    const changed = this.uris.length > 0 && this.uris.join('\n') !== uris.join('\n');
    this.uris = [...uris];
    return changed;
  }

  /** Node id with the present index, or undefined when the server doesn't have the namespace. */
  resolve({ namespace, identifier }: NodeReference): string | undefined {
    if (namespace === undefined) return identifier;
    const uri = 'uri' in namespace ? namespace.uri : this.uriOf(namespace.index);
    const index = uri === undefined ? -1 : this.uris.indexOf(uri);
    if (index < 0) return undefined;
    return index === 0 ? identifier : `ns=${index};${identifier}`;
  }

  /** Node id with URI, as addresses keep it. */
  format(index: number, identifier: string): string {
    return formatNodeReference(index === 0 ? undefined : (this.uris[index] ?? `urn:unknown:${index}`), identifier);
  }

  /** Indices tied to URIs, to be kept over a restart. */
  get ties(): ReadonlyMap<number, string> {
    return this.tied;
  }

  private uriOf(index: number): string | undefined {
    const known = this.tied.get(index);
    if (known !== undefined) return known;
    const uri = this.uris[index];
    if (uri !== undefined) this.tied.set(index, uri);
    return uri;
  }
}
