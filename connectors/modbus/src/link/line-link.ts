/** An open way to the devices of a line: bytes out; what comes in goes to the LinkListener. */
export interface LineLink {
  write(bytes: Buffer): void;
  /** Ends it without a farewell; resolves when the port or socket is free again. The listener hears nothing more. */
  release(): Promise<void>;
}

export interface LinkListener {
  bytes(chunk: Buffer): void;
  /** The other side ended it. */
  ended(): void;
}

/** A link that is being opened and can be given up before it is. */
export interface OpeningLink {
  /** Rejects with a ConnectorError. */
  readonly opened: Promise<LineLink>;
  abandon(): void;
}
