/** A secret in the database can't be read or written with the keys that this service has. */
export class SecretError extends Error {
  constructor(
    readonly code: 'SECRET_KEYS_INVALID' | 'SECRET_KEYS_MISSING' | 'SECRET_KEY_UNKNOWN' | 'SECRET_DAMAGED',
    readonly concerned: string,
    readonly problem: string,
    readonly remedy: string,
    options?: { cause?: unknown },
  ) {
    super(`${concerned} ${problem}. ${remedy}.`, options);
    this.name = 'SecretError';
  }
}
