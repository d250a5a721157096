import { SecretBox, SecretError, SecretKeys } from '@telltale/plant-registry';
import { StartError } from '@telltale/service-runtime';

/** Seals the secrets of channels; throws StartError for keys that are none. */
export function channelSecrets(keys: string | undefined): SecretBox {
  try {
    return new SecretBox(keys === undefined ? null : SecretKeys.parse(keys));
  } catch (cause) {
    if (!(cause instanceof SecretError)) throw cause;
    throw new StartError(cause.code, `${cause.concerned} ${cause.problem}`, cause.remedy, { cause });
  }
}
