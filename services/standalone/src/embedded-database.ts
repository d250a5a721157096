import { EmbeddedPostgresError, startEmbeddedPostgres, type EmbeddedPostgres } from '@telltale/embedded-postgres';
import { StartError } from '@telltale/service-runtime/start-error';
import type { DataFolder } from './data-folder.js';

export async function startPostgres(folder: DataFolder, log: (line: string) => void): Promise<EmbeddedPostgres> {
  try {
    return await startEmbeddedPostgres({ dataDir: folder.postgres, log });
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) throw new StartError(error.code, error.message.replace(/\.$/, ''), `Then start Telltale again; to begin anew move ${folder.path} away`, { cause: error });
    throw error;
  }
}
