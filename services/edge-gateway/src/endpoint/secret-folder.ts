import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '@telltale/connector-sdk';

/** Local secrets: one file per secret, readable by the gateway's user only. */
export class SecretFolder {
  constructor(private readonly folder: string | undefined) {}

  /** Throws ConfigurationError when the secret is absent or readable by others. */
  read(name: string): string {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) {
      throw new ConfigurationError('gateway.secret-name', `Secret "${name}"`, 'is no name of a secret', 'Use letters, digits, dot, dash and underscore.');
    }
    if (this.folder === undefined) {
      throw new ConfigurationError('gateway.secret-folder', `Secret "${name}"`, 'the gateway has no folder for secrets', 'Set SECRETS_DIR on the gateway.');
    }
    const file = join(this.folder, name);
    try {
      if ((statSync(file).mode & 0o077) !== 0) {
        throw new ConfigurationError('gateway.secret-open', `Secret "${name}"`, 'other users of the machine can read it', `Run: chmod 600 ${file}`);
      }
      return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    } catch (error) {
      if (error instanceof ConfigurationError) throw error;
      throw new ConfigurationError('gateway.secret-missing', `Secret "${name}"`, 'is not on this gateway', `Put it into ${file} with mode 0600.`, { cause: error });
    }
  }
}
