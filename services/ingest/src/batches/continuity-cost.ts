import { INGEST_LIMITS } from '@telltale/ingest-contract';
import type { ContinuityRow } from '@telltale/tag-sample';
import { IngestRefused } from '../refusals/ingest-refused.error.js';

/** What the continuity rows of a batch cost the historian: it writes each row once per tag, with its reason. */
export interface ContinuityCost {
  readonly tagRows: number;
  readonly bytes: number;
}

/** Throws what a gateway must not send: few bytes that become many rows, and a tag twice in one row. */
export function continuityCost(rows: readonly ContinuityRow[]): ContinuityCost {
  const { maxContinuityTagRows, maxReasonCharacters } = INGEST_LIMITS;
  let tagRows = 0;
  let bytes = 0;
  for (const { tagIds, reason } of rows) {
    tagRows += Math.max(1, tagIds.length);
    bytes += tagIds.length * reason.length;
    if (reason.length > maxReasonCharacters) throw tooLarge(`a reason of more than ${maxReasonCharacters} characters`);
    if (tagRows > maxContinuityTagRows)
      throw tooLarge(`continuity rows for more than ${maxContinuityTagRows} tags together`);
    if (new Set(tagIds).size < tagIds.length) throw repeatedTag();
  }
  return { tagRows, bytes };
}

const tooLarge = (what: string): IngestRefused =>
  new IngestRefused({
    status: 413,
    code: 'BATCH_TOO_LARGE',
    message: `The batch has ${what}.`,
    remedy: 'Send smaller batches.',
  });

const repeatedTag = (): IngestRefused =>
  new IngestRefused({
    status: 400,
    code: 'BATCH_CORRUPT',
    message: 'The batch names a tag twice in one continuity row.',
    remedy: 'Name each tag once.',
  });
