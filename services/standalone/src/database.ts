import type { EmbeddedPostgres } from '@telltale/embedded-postgres';
import { prepareDatabase, SERVICE_ROLES, type RoleUrls, type ServiceRole } from '@telltale/plant-registry';
import { migrateSeries } from '@telltale/time-series';
import type { DataFolder } from './data-folder.js';

export interface RunningDatabase {
  readonly postgres: EmbeddedPostgres;
  readonly urls: RoleUrls;
}

const isRole = (name: string): name is ServiceRole => SERVICE_ROLES.some((role) => role === name);

function rolePasswords(folder: DataFolder): Record<ServiceRole, string> {
  const entries = SERVICE_ROLES.filter(isRole).map((role): [ServiceRole, string] => [role, folder.secret(role)]);
  const passwords: Partial<Record<ServiceRole, string>> = Object.fromEntries(entries);
  const complete = (given: Partial<Record<ServiceRole, string>>): given is Record<ServiceRole, string> => SERVICE_ROLES.every((role) => given[role] !== undefined);
  if (!complete(passwords)) throw new Error('A database role has no password.');
  return passwords;
}

/** Roles, schemas and migrations; nothing to do on a second start but to look. */
export async function prepare(postgres: EmbeddedPostgres, folder: DataFolder): Promise<RunningDatabase> {
  const urls = await prepareDatabase(postgres.adminUrl, { rolePasswords: rolePasswords(folder), closedDatabases: ['postgres', 'template1'] });
  await migrateSeries(urls.telltale_owner);
  return { postgres, urls };
}
