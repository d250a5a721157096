import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { SecretKeys } from './secret-keys.js';
import { SecretError } from './secret.errors.js';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const SEALED = /^sealed:v1:([a-z0-9-]{1,32}):([\w-]+):([\w-]+)$/;

/** Where a secret stands: it opens nowhere else. */
export interface SecretPlace {
  readonly tenantId: number;
  readonly table: string;
  readonly column: string;
  readonly rowId: number;
}

/**
 * Secrets as they stand in the database: each under a key of its own, which is wrapped by the current key of the installation
 * (AES-256-GCM both). To change that key, only the wrappings are written anew.
 */
export class SecretBox {
  /** Without keys nothing is written, and what is sealed can't be read. */
  constructor(private readonly keys: SecretKeys | null) {}

  seal(secret: string, place: SecretPlace): string {
    const { keyId, bytes } = this.known(place).current;
    const key = randomBytes(KEY_BYTES);
    return sealedText(keyId, encrypt(bytes, key, place), encrypt(key, Buffer.from(secret), place));
  }

  /** A secret that an older release wrote is not sealed yet and is given as it is. */
  open(stored: string, place: SecretPlace): string {
    const parts = partsOf(stored);
    if (parts === null) return stored;
    const key = decrypt(this.known(place).byId(parts.keyId).bytes, parts.key, place);
    return decrypt(key, parts.secret, place).toString();
  }

  /** The same secret under the current key; null when it is already. */
  renew(stored: string, place: SecretPlace): string | null {
    const parts = partsOf(stored);
    if (parts === null) return this.seal(stored, place);
    const keys = this.known(place);
    if (parts.keyId === keys.current.keyId) return null;
    const key = decrypt(keys.byId(parts.keyId).bytes, parts.key, place);
    return sealedText(keys.current.keyId, encrypt(keys.current.bytes, key, place), parts.secret);
  }

  private known(place: SecretPlace): SecretKeys {
    if (this.keys) return this.keys;
    throw new SecretError(
      'SECRET_KEYS_MISSING',
      shown(place),
      'can not be encrypted or read without a key',
      'Set SECRET_KEYS_FILE',
    );
  }
}

const shown = ({ tenantId, table, column, rowId }: SecretPlace): string =>
  `${table}.${column} ${rowId} of tenant ${tenantId}`;

const sealedText = (keyId: string, key: Buffer, secret: Buffer): string =>
  `sealed:v1:${keyId}:${key.toString('base64url')}:${secret.toString('base64url')}`;

function partsOf(stored: string): { readonly keyId: string; readonly key: Buffer; readonly secret: Buffer } | null {
  const [, keyId, key, secret] = SEALED.exec(stored) ?? [];
  if (keyId === undefined || key === undefined || secret === undefined) return null;
  return { keyId, key: Buffer.from(key, 'base64url'), secret: Buffer.from(secret, 'base64url') };
}

const placeBytes = ({ tenantId, table, column, rowId }: SecretPlace): Buffer =>
  Buffer.from([tenantId, table, column, rowId].join('|'));

function encrypt(key: Buffer, plain: Buffer, place: SecretPlace): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, key, iv).setAAD(placeBytes(place));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]);
}

function decrypt(key: Buffer, sealed: Buffer, place: SecretPlace): Buffer {
  try {
    const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(placeBytes(place))
      .setAuthTag(sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
  } catch (cause) {
    throw new SecretError(
      'SECRET_DAMAGED',
      shown(place),
      'was changed, moved or written with another key of the same id',
      'Enter the secret anew',
      { cause },
    );
  }
}
