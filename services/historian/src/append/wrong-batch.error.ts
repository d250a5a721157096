import type { BatchIdentity } from '@telltale/tag-sample';

const nameOf = ({ gatewayId, epoch, seq }: BatchIdentity): string =>
  `gateway ${gatewayId}, epoch ${epoch}, batch ${seq}`;

/** The bytes of a job are another batch than the job says. */
export class WrongBatchError extends Error {
  readonly code = 'WRONG_BATCH';
  readonly remedy = 'Release it after the gateway was examined, or delete it';
  constructor(wanted: BatchIdentity, found: BatchIdentity) {
    super(`The job is about ${nameOf(wanted)}, but its bytes are ${nameOf(found)}.`);
    this.name = 'WrongBatchError';
  }
}
