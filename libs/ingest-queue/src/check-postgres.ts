import { StartError } from '@telltale/service-runtime';
import { codeOf, messageOf } from './queue.errors.js';

/** What went wrong when the Postgres backend was opened, with the remedy. */
export function postgresStartError(url: string, error: unknown): StartError {
  const { host, username, pathname } = new URL(url);
  const database = pathname.slice(1);
  const because = { cause: error };
  switch (codeOf(error)) {
    case '28P01':
    case '28000':
      return new StartError(
        'QUEUE_REFUSED',
        `Postgres at ${host} refuses user ${username}`,
        'Correct user and password in QUEUE_URL',
        because,
      );
    case '3D000':
      return new StartError(
        'QUEUE_DATABASE_MISSING',
        `Database ${database} does not exist at ${host}`,
        'Create it or correct QUEUE_URL',
        because,
      );
    case '42501':
      return new StartError(
        'QUEUE_NOT_ALLOWED',
        `User ${username} may not create the schema bullmq in ${database}`,
        `Run: create schema bullmq authorization ${username}`,
        because,
      );
    default:
      return new StartError(
        'QUEUE_UNREACHABLE',
        `Postgres at ${host} can't carry the queue (${codeOf(error) || messageOf(error)})`,
        'Start it or correct QUEUE_URL',
        because,
      );
  }
}
