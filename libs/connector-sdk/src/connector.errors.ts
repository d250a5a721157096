/** A sentence for the process engineer, the concerned thing and the remedy. */
export abstract class ConnectorError extends Error {
  abstract readonly kind: 'configuration' | 'temporary';
  constructor(
    readonly code: string,
    readonly concerned: string,
    what: string,
    readonly remedy: string,
    options?: { cause?: unknown },
  ) {
    super(`${concerned}: ${what}. ${remedy}`, options);
    this.name = new.target.name;
  }
}

/** Wrong settings, address or secret: a person must act; the host does not retry. */
export class ConfigurationError extends ConnectorError {
  readonly kind = 'configuration';
}

/** The device or the network: the host retries with back-off. */
export class TemporaryError extends ConnectorError {
  readonly kind = 'temporary';
}
