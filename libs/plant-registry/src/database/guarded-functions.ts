import type pg from 'pg';
import { SERVICE_ROLES, type ServiceRole } from './database-roles.js';

/** Built-in functions that Postgres lets everybody execute, and who needs them here. */
export interface GuardedFunctions {
  /** Regular expression over names in pg_catalog. */
  readonly names: string;
  readonly roles: readonly ServiceRole[];
}

/** A tenant's Grafana writes its own SQL: what it could take from the other tenants without reading a row is closed. */
export const GUARDED_FUNCTIONS: readonly GuardedFunctions[] = [
  // A lock that is held for ever keeps migrations, the compactor and the audit waiting.
  {
    names: '^pg_(try_)?advisory_',
    roles: ['telltale_owner', 'telltale_ingest', 'telltale_historian', 'telltale_alarms', 'telltale_api', 'telltale_queue'],
  },
  // One statement could fill the queue of notifications, after which no service can commit one.
  {
    names: '^pg_notify$',
    roles: SERVICE_ROLES,
  },
  // Large objects fill the disk and belong to no schema.
  { names: '^(lo_.*|loread|lowrite)$', roles: [] },
  // Fills the write-ahead log, also in a transaction that only reads.
  { names: '^pg_logical_emit_message$', roles: [] },
];

/** Only those that define functions need the language; with it a DO block turns one statement into millions. */
export const LANGUAGE_ROLES: readonly ServiceRole[] = ['telltale_owner', 'telltale_queue'];

/** Takes the guarded functions from everybody and gives them to the roles that need them. Does nothing where that is done. */
export async function guardFunctions(inside: pg.Client): Promise<void> {
  for (const { names, roles } of GUARDED_FUNCTIONS) {
    const open = await namesOf(
      inside,
      names,
      `exists (select from aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) g where g.grantee = 0)`,
    );
    if (open.length > 0) await inside.query(`revoke execute on function ${open.join(', ')} from public`);
    for (const role of roles) {
      const closed = await namesOf(inside, names, `not has_function_privilege('${role}', f.oid, 'execute')`);
      if (closed.length > 0) await inside.query(`grant execute on function ${closed.join(', ')} to ${role}`);
    }
  }
  const { rows } = await inside.query<{ open: boolean }>(
    `select exists (select from pg_language l, aclexplode(coalesce(l.lanacl, acldefault('l', l.lanowner))) g
       where l.lanname = 'plpgsql' and g.grantee = 0) as open`,
  );
  if (rows[0]?.open === true) await inside.query('revoke usage on language plpgsql from public');
  await inside.query(`grant usage on language plpgsql to ${LANGUAGE_ROLES.join(', ')}`);
}

async function namesOf(inside: pg.Client, names: string, condition: string): Promise<readonly string[]> {
  const { rows } = await inside.query<{ name: string }>(
    `select f.oid::regprocedure::text as name from pg_proc f
      where f.pronamespace = 'pg_catalog'::regnamespace and f.proname ~ $1 and ${condition}`,
    [names],
  );
  return rows.map(({ name }) => name);
}
