/** One started service. Every service's index.ts exports `start<Name>(settings): Promise<RunningService>` and its settings schema. */
export interface RunningService {
  readonly name: string;
  /** Address of its HTTP server, when it has one. */
  readonly url?: string;
  /** Resolves with the list of reasons why it is not ready; empty when it is. */
  notReady(): Promise<readonly string[]>;
  /** Finishes what is under way, closes every handle, and resolves. Safe to call twice. */
  close(): Promise<void>;
}
