export type BatchCodecCode =
  'BATCH_TRUNCATED' | 'BATCH_UNKNOWN_FORMAT' | 'BATCH_CHECKSUM' | 'BATCH_CORRUPT' | 'BATCH_TOO_LARGE' | 'BATCH_INVALID';

const REMEDY: Readonly<Record<BatchCodecCode, string>> = {
  BATCH_TRUNCATED: 'Send the batch again from the spool',
  BATCH_UNKNOWN_FORMAT: 'Use a gateway and a platform of the same release line',
  BATCH_CHECKSUM: 'Send the batch again from the spool',
  BATCH_CORRUPT: 'Keep the bytes for examination and report them: they pass their checksum',
  BATCH_TOO_LARGE: 'Split the batch',
  BATCH_INVALID: 'Correct the sample before it is encoded',
};

/** Bytes that are no batch, or samples that can't become one. */
export class BatchCodecError extends Error {
  readonly remedy: string;
  constructor(
    readonly code: BatchCodecCode,
    what: string,
    options?: { cause?: unknown },
  ) {
    super(`${what}. ${REMEDY[code]}.`, options);
    this.name = 'BatchCodecError';
    this.remedy = REMEDY[code];
  }
}
