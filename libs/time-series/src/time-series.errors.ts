/** Something about stored samples. `remedy` says what a person can do. */
export abstract class TimeSeriesError extends Error {
  abstract readonly code: string;
  constructor(
    what: string,
    readonly remedy: string,
    options?: { cause?: unknown },
  ) {
    super(`${what}. ${remedy}.`, options);
    this.name = new.target.name;
  }
}

/** The bytes of a batch name another batch than the ledger entry they came with. */
export class BatchMismatchError extends TimeSeriesError {
  readonly code = 'BATCH_MISMATCH';
  constructor(what: string) {
    super(what, 'Quarantine the batch and examine the gateway');
  }
}

/** A query that no sensible caller asks. */
export class SeriesQueryError extends TimeSeriesError {
  readonly code = 'SERIES_QUERY';
}

/** A stored row that can't be read back. */
export class StoredSamplesError extends TimeSeriesError {
  readonly code = 'STORED_SAMPLES_DAMAGED';
}

/** The schema is missing or newer than this release. */
export class SeriesSchemaError extends TimeSeriesError {
  readonly code = 'SERIES_SCHEMA';
}

/** Something that a legal hold keeps was to be erased. */
export class LegalHoldError extends TimeSeriesError {
  readonly code = 'LEGAL_HOLD';
  constructor(what: string) {
    super(what, 'Release the hold first');
  }
}

/** What went wrong in the thread that compacts, with the code that it had there. */
export class CompactorThreadError extends Error {
  readonly remedy = 'The compaction is tried again; samples stay in the log and readable meanwhile';
  constructor(
    sentence: string,
    readonly code: string | undefined,
    stack?: string,
  ) {
    super(sentence);
    this.name = 'CompactorThreadError';
    if (stack !== undefined) this.stack = stack;
  }
}
