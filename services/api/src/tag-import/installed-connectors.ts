import { findConnectors, loadAddressSchemas } from '@telltale/connector-catalog';
import { AddressFormat } from '@telltale/tag-import';

/** What the connectors of this installation say about themselves; none of their drivers is loaded. */
export class InstalledConnectors {
  private constructor(
    readonly formats: ReadonlyMap<string, AddressFormat>,
    private readonly onChange: ReadonlySet<string>,
  ) {}

  /** Throws StartError with one sentence when a connector is invalid. */
  static async load(folder?: string): Promise<InstalledConnectors> {
    const schemas = await loadAddressSchemas(folder);
    const subscribing = findConnectors(folder).flatMap(({ manifest }) => (manifest.capabilities.includes('subscribe') ? [manifest.type] : []));
    return new InstalledConnectors(new Map([...schemas].map(([type, schema]) => [type, new AddressFormat(type, schema)])), new Set(subscribing));
  }

  /** True when its devices speak only when something changed. */
  speaksOnChange(connector: string): boolean {
    return this.onChange.has(connector);
  }
}
