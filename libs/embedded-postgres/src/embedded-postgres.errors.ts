export type EmbeddedPostgresErrorCode =
  | 'POSTGRES_PLATFORM_UNSUPPORTED'
  | 'POSTGRES_USER_MISSING'
  | 'POSTGRES_FOLDER_UNREACHABLE'
  | 'POSTGRES_DATA_FOREIGN'
  | 'POSTGRES_DATA_IN_USE'
  | 'POSTGRES_PORT_IN_USE'
  | 'POSTGRES_INIT_FAILED'
  | 'POSTGRES_START_FAILED'
  | 'POSTGRES_START_TIMEOUT';

/** The embedded Postgres can't be started. `message` is one sentence with the remedy, `detail` what Postgres itself said. */
export class EmbeddedPostgresError extends Error {
  constructor(
    readonly code: EmbeddedPostgresErrorCode,
    sentence: string,
    readonly remedy: string,
    readonly detail: string | null = null,
  ) {
    super(`${sentence}: ${remedy}.`);
    this.name = 'EmbeddedPostgresError';
  }
}
