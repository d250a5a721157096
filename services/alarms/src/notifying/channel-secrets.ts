import { SecretBox, SecretError, SecretKeys } from '@telltale/plant-registry';
import { StartError } from '@telltale/service-runtime';
import type { AlarmsSettings } from '../alarms.settings.js';

/** Opens the secrets of channels; throws StartError for keys that are none. */
export function channelSecrets({ SECRET_KEYS }: Pick<AlarmsSettings, 'SECRET_KEYS'>): SecretBox {
  try {
    return new SecretBox(SECRET_KEYS === undefined ? null : SecretKeys.parse(SECRET_KEYS));
  } catch (cause) {
    if (!(cause instanceof SecretError)) throw cause;
    throw new StartError(cause.code, `${cause.concerned} ${cause.problem}`, cause.remedy, { cause });
  }
}
