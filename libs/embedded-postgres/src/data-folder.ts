import { randomBytes } from 'node:crypto';
import { chownSync, existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres.errors.js';
import type { PostgresBinaries } from './postgres-binaries.js';
import type { RunAs } from './run-as.js';
import { outcomeOf, runPostgresProgram } from './run-postgres-program.js';

const MAJOR = '18';

/** What lies in the data folder of an embedded Postgres. */
export class DataFolder {
  constructor(readonly folder: string) {}

  get cluster(): string {
    return join(this.folder, 'cluster');
  }
  get log(): string {
    return join(this.folder, 'postgres.log');
  }
  get owner(): string {
    return join(this.folder, 'owner.json');
  }
  private get passwordFile(): string {
    return join(this.folder, 'superuser-password');
  }

  /** Makes the cluster when there is none and returns the superuser's password. */
  async prepare(binaries: PostgresBinaries, runAs: RunAs, durable: boolean): Promise<string> {
    await mkdir(this.folder, { recursive: true, mode: 0o755 });
    if (existsSync(this.cluster)) return this.readPassword();
    const password = randomBytes(24).toString('base64url');
    await writeFile(this.passwordFile, password, { mode: 0o600 });
    await this.initialise(binaries, runAs, password, durable);
    return password;
  }

  private async readPassword(): Promise<string> {
    const version = await readFile(join(this.cluster, 'PG_VERSION'), 'utf8').catch(() => null);
    if (version?.trim() !== MAJOR) {
      throw this.foreign(
        version === null ? 'is not a PostgreSQL data folder' : `was made by PostgreSQL ${version.trim()}, not ${MAJOR}`,
      );
    }
    const password = await readFile(this.passwordFile, 'utf8').catch(() => '');
    if (password === '') throw this.foreign(`has no readable ${this.passwordFile} beside it`);
    return password;
  }

  private foreign(what: string): EmbeddedPostgresError {
    return new EmbeddedPostgresError(
      'POSTGRES_DATA_FOREIGN',
      `${this.cluster} ${what}`,
      'move it away to start empty, restore a backup, or choose another data folder (TELLTALE_DATA_DIR)',
    );
  }

  /** Into a folder aside, renamed when complete: an interrupted start leaves no half cluster. */
  private async initialise(
    binaries: PostgresBinaries,
    runAs: RunAs,
    password: string,
    durable: boolean,
  ): Promise<void> {
    const fresh = `${this.cluster}.new`;
    const pwfile = join(fresh, '..', 'initial-password');
    await rm(fresh, { recursive: true, force: true });
    await mkdir(fresh, { mode: 0o700 });
    await writeFile(pwfile, password, { mode: 0o600 });
    if (runAs.user) for (const path of [fresh, pwfile]) chownSync(path, runAs.user.uid, runAs.user.gid);
    const args = [
      `--pgdata=${fresh}`,
      '--username=postgres',
      `--pwfile=${pwfile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C.UTF-8',
      '--data-checksums',
      ...(durable ? [] : ['--no-sync']),
    ];
    const { code, output } = await outcomeOf(
      runPostgresProgram(runAs, binaries.initdb, args, ['ignore', 'pipe', 'pipe'], this.folder),
    );
    await rm(pwfile, { force: true });
    if (code !== 0) {
      await rm(fresh, { recursive: true, force: true });
      throw new EmbeddedPostgresError(
        'POSTGRES_INIT_FAILED',
        `No PostgreSQL data folder could be made in ${this.folder}`,
        'check the free space and the access rights of the folder',
        output.trim(),
      );
    }
    await rename(fresh, this.cluster);
  }
}
