import type { ConnectorEntry } from './connector-catalog.js';

/** The connectors that were found at start. */
export class ConnectorCatalog {
  constructor(private readonly entries: ReadonlyMap<string, ConnectorEntry>) {}

  find(type: string): ConnectorEntry | undefined {
    return this.entries.get(type);
  }

  types(): string[] {
    return [...this.entries.keys()];
  }
}
