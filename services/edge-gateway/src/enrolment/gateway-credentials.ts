import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from '@telltale/service-runtime';
import type { EdgeGatewaySettings } from '../edge-gateway.settings.js';
import { KeyFile } from './key-file.js';

const OWN_KEY_FILE = 'gateway.key';

/** With what the gateway shows who it is. */
export class GatewayCredentials {
  private constructor(
    private key: string | null,
    /** Null when the key comes from the environment: then the gateway can't change it. */
    readonly file: KeyFile | null,
    /** Gets the first key; null when there is one. */
    readonly token: string | null,
  ) {}

  /** @throws StartError when there is neither a key nor a token */
  static from(settings: EdgeGatewaySettings): GatewayCredentials {
    if (settings.GATEWAY_KEY !== undefined) return new GatewayCredentials(settings.GATEWAY_KEY, null, null);
    const file = new KeyFile(settings.GATEWAY_KEY_FILE ?? join(settings.GATEWAY_DATA_DIR, OWN_KEY_FILE));
    const key = readKeyFile(file);
    if (key !== null) return new GatewayCredentials(key, file, null);
    const token = readToken(settings);
    if (token !== null) {
      requireSecrecy(settings.INGEST_URL);
      return new GatewayCredentials(null, file, token);
    }
    if (existsSync(file.path)) throw new StartError('GATEWAY_KEY_INVALID', `The key file ${file.path} holds no key`, 'Put the key that the platform gave for this gateway into it');
    if (settings.GATEWAY_KEY_FILE !== undefined) throw new StartError('GATEWAY_KEY_UNREADABLE', `The key file ${file.path} can't be read`, 'Check that it exists and that this user may read it');
    throw new StartError('GATEWAY_KEY_MISSING', 'The gateway has no key', 'Enrol it: set GATEWAY_ENROLMENT_TOKEN_FILE to a file with the token from the platform; or set GATEWAY_KEY_FILE to a file with its key');
  }

  /** Null until the gateway is enrolled. */
  get current(): string | null {
    return this.key;
  }

  /** The next key is accepted: from now on it is used. */
  promote(next: string): void {
    this.file?.promote();
    this.key = next;
  }
}

function readKeyFile(file: KeyFile): string | null {
  try {
    return file.read();
  } catch (cause) {
    throw new StartError('GATEWAY_KEY_UNREADABLE', `The key file ${file.path} can't be read`, 'Check that it exists and that this user may read it', { cause });
  }
}

function readToken({ GATEWAY_ENROLMENT_TOKEN, GATEWAY_ENROLMENT_TOKEN_FILE }: EdgeGatewaySettings): string | null {
  if (GATEWAY_ENROLMENT_TOKEN !== undefined) return GATEWAY_ENROLMENT_TOKEN;
  if (GATEWAY_ENROLMENT_TOKEN_FILE === undefined) return null;
  try {
    return readFileSync(GATEWAY_ENROLMENT_TOKEN_FILE, 'utf8').trim();
  } catch (cause) {
    throw new StartError('ENROLMENT_TOKEN_UNREADABLE', `The token file ${GATEWAY_ENROLMENT_TOKEN_FILE} can't be read`, 'Check that it exists and that this user may read it', { cause });
  }
}

/** Neither token nor key may be read on the way; on this machine alone nobody is on the way. */
function requireSecrecy(ingestUrl: string): void {
  const { protocol, hostname } = new URL(ingestUrl);
  if (protocol === 'https:' || /^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname)) return;
  throw new StartError('ENROLMENT_NEEDS_HTTPS', `The gateway does not enrol over ${ingestUrl}: the token and the key could be read on the way`, 'Set INGEST_URL to the https:// address of the platform');
}
