import { randomBytes } from 'node:crypto';
import { SecretError } from './secret.errors.js';

const KEY_BYTES = 32;
const LINE = /^([a-z0-9-]{1,32}):([A-Za-z0-9+/]{43}=)$/;

export interface SecretKey {
  readonly keyId: string;
  readonly bytes: Buffer;
}

/** Keys that wrap the keys of secrets. The first is used for what is written now; the others read what is older. */
export class SecretKeys {
  private constructor(private readonly keys: readonly SecretKey[]) {}

  /** One key per line, `<id>:<32 bytes in base64>`, newest first. Throws SecretError; never shows a key. */
  static parse(text: string): SecretKeys {
    const lines = text.split('\n').map((line) => line.trim());
    const keys = lines.filter((line) => line !== '').map((line, index) => keyIn(line, index + 1));
    const repeated = keys.find(({ keyId }, index) => keys.findIndex((other) => other.keyId === keyId) !== index);
    if (keys.length === 0) throw invalid('hold no key');
    if (repeated) throw invalid(`name ${repeated.keyId} twice`);
    return new SecretKeys(keys);
  }

  get current(): SecretKey {
    const [first] = this.keys;
    if (!first) throw invalid('hold no key');
    return first;
  }

  /** Throws SecretError when it is not among them. */
  byId(keyId: string): SecretKey {
    const key = this.keys.find((one) => one.keyId === keyId);
    if (key) return key;
    throw new SecretError(
      'SECRET_KEY_UNKNOWN',
      `Key ${keyId}`,
      'is not among SECRET_KEYS',
      'Add its line again; it may go when the migrator has run with the new key in front',
    );
  }
}

/** The text of a new key, for SECRET_KEYS. */
export const newSecretKey = (): string =>
  `${randomBytes(4).toString('hex')}:${randomBytes(KEY_BYTES).toString('base64')}`;

function keyIn(line: string, number: number): SecretKey {
  const [, keyId, key] = LINE.exec(line) ?? [];
  if (keyId === undefined || key === undefined) throw invalid(`have a line ${number} that is no key`);
  return { keyId, bytes: Buffer.from(key, 'base64') };
}

const invalid = (problem: string): SecretError =>
  new SecretError(
    'SECRET_KEYS_INVALID',
    'SECRET_KEYS',
    problem,
    'Give one key per line as <id>:<32 bytes in base64>, newest first',
  );
