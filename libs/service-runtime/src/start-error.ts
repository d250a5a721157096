/** A service can't start, and a person can do something about it: the message is one sentence plus the remedy. */
export class StartError extends Error {
  constructor(
    /** Stable, upper case, e.g. `PORT_TAKEN`. */
    readonly code: string,
    /** What is wrong, without a full stop. */
    readonly sentence: string,
    /** What to do about it, without a full stop. */
    readonly remedy: string,
    options?: { cause?: unknown },
  ) {
    super(`${sentence}. ${remedy}.`, options);
    this.name = 'StartError';
  }
}
