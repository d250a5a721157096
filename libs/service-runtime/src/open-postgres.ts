import { reasonOf } from './reason-of.js';
import { StartError } from './start-error.js';

/** Opens what a service keeps in Postgres, or throws the StartError that says why Postgres does not let it in. */
export async function openPostgres<Opened>(
  service: string,
  databaseUrl: string,
  open: (url: string) => Promise<Opened>,
): Promise<Opened> {
  try {
    return await open(databaseUrl);
  } catch (cause) {
    throw new StartError(
      'DATABASE_UNREACHABLE',
      `Postgres at ${new URL(databaseUrl).host} does not let ${service} in (${reasonOf(cause)})`,
      'Start it, prepare the database or correct DATABASE_URL',
      { cause },
    );
  }
}
