import type pg from 'pg';
import { GUARDED_FUNCTIONS } from '../database/guarded-functions.js';

/** One breach of the tenancy rules in the catalog of the database. */
export interface CatalogFinding {
  readonly rule: CatalogRule;
  /** Schema-qualified object. */
  readonly object: string;
}

/** What is allowed all the same; each with its reason. */
export interface CatalogWaiver extends CatalogFinding {
  readonly reason: string;
}

export const CATALOG_WAIVERS: readonly CatalogWaiver[] = [
  {
    rule: 'key-without-tenant',
    object: 'registry.tenant.tenant_slug',
    reason: 'only telltale_owner may insert tenants, so that nobody can probe for a slug',
  },
  {
    rule: 'key-without-tenant',
    object: 'registry.credential_directory.credential_directory_pkey',
    reason: 'it is read before the tenant is known, by the hash of a secret',
  },
  {
    rule: 'policy-without-tenant',
    object: 'registry.tenant_roster.roster_rows',
    reason: 'ids only, for the services that work through all tenants',
  },
  {
    rule: 'policy-without-tenant',
    object: 'registry.credential_directory.known_hash',
    reason: 'shows the one row whose hash the caller knows',
  },
];

const TABLES = `
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname in ('registry', 'series')`;
const HAS_TENANT = `exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)`;
/** Somebody other than the owner may do something. */
const GRANTED = `exists (select from aclexplode(c.relacl) g where g.grantee <> c.relowner)`;
const POLICY = `coalesce(pg_get_expr(p.polqual, p.polrelid), '') || coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '')`;

/** Each query gives the objects that break its rule. */
const RULES = {
  'no-row-security': `select n.nspname || '.' || c.relname as object ${TABLES}
    and c.relkind in ('r', 'p') and not c.relispartition and ${HAS_TENANT} and not (c.relrowsecurity and c.relforcerowsecurity)`,
  'granted-without-tenant': `select n.nspname || '.' || c.relname as object ${TABLES}
    and c.relkind in ('r', 'p') and not c.relispartition and not ${HAS_TENANT} and ${GRANTED}`,
  'key-without-tenant': `select n.nspname || '.' || c.relname || '.' || k.relname as object ${TABLES.replace('from pg_class c', 'from pg_class c join pg_index i on i.indrelid = c.oid join pg_class k on k.oid = i.indexrelid')}
    and i.indisunique and not c.relispartition and ${HAS_TENANT}
    and (select a.attname from pg_attribute a where a.attrelid = c.oid and a.attnum = i.indkey[0]) is distinct from 'tenant_id'`,
  'reference-without-tenant': `select n.nspname || '.' || c.relname || '.' || f.conname as object ${TABLES.replace('from pg_class c', 'from pg_class c join pg_constraint f on f.conrelid = c.oid')}
    and f.contype = 'f' and ${HAS_TENANT}
    and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and a.attnum = f.conkey[1])`,
  'reference-from-samples': `select n.nspname || '.' || c.relname || '.' || f.conname as object ${TABLES.replace('from pg_class c', 'from pg_class c join pg_constraint f on f.conrelid = c.oid')}
    and f.contype = 'f' and n.nspname = 'series'`,
  'partition-granted': `select n.nspname || '.' || c.relname as object ${TABLES} and c.relispartition and ${GRANTED}`,
  'view-of-its-owner': `select n.nspname || '.' || c.relname as object ${TABLES}
    and c.relkind = 'v' and not coalesce(c.reloptions @> array['security_invoker=true'] or c.reloptions @> array['security_invoker=on'], false)`,
  'materialized-view-granted': `select n.nspname || '.' || c.relname as object ${TABLES} and c.relkind = 'm' and ${GRANTED}`,
  'granted-to-public': `select n.nspname || '.' || c.relname as object ${TABLES} and exists (select from aclexplode(c.relacl) g where g.grantee = 0)`,
  'owned-by-superuser': `select n.nspname || '.' || c.relname as object ${TABLES}
    and c.relkind in ('r', 'p', 'v', 'm') and (select r.rolsuper or r.rolbypassrls from pg_roles r where r.oid = c.relowner)`,
  'function-of-superuser': `select n.nspname || '.' || f.proname as object
    from pg_proc f join pg_namespace n on n.oid = f.pronamespace join pg_roles r on r.oid = f.proowner
    where n.nspname in ('registry', 'series', 'public') and f.prosecdef and (r.rolsuper or r.rolbypassrls)`,
  'function-with-open-search-path': `select n.nspname || '.' || f.proname as object
    from pg_proc f join pg_namespace n on n.oid = f.pronamespace
    where n.nspname in ('registry', 'series') and f.prosecdef
      and not exists (select from unnest(f.proconfig) s where s like 'search\\_path=%')`,
  'policy-without-tenant': `select n.nspname || '.' || c.relname || '.' || p.polname as object ${TABLES.replace('from pg_class c', 'from pg_class c join pg_policy p on p.polrelid = c.oid')}
    and ${HAS_TENANT} and (${POLICY}) not like '%tenant_id%'`,
  // Whoever writes raw SQL can set any setting: for Grafana only the name of the role decides.
  'grafana-by-setting': `select n.nspname || '.' || c.relname || '.' || p.polname as object ${TABLES.replace('from pg_class c', 'from pg_class c join pg_policy p on p.polrelid = c.oid')}
    and (p.polroles = array[0::oid] or p.polroles @> array[(select oid from pg_roles where rolname = 'grafana_reader')])
    and (${POLICY}) like '%current_setting%'`,
  'function-open-to-grafana': `select f.oid::regprocedure::text as object from pg_proc f
    where f.pronamespace = 'pg_catalog'::regnamespace
      and f.proname ~ '${GUARDED_FUNCTIONS.map(({ names }) => names).join('|')}' and has_function_privilege('grafana_reader', f.oid, 'execute')`,
  'language-open-to-grafana': `select l.lanname as object from pg_language l
    where l.lanispl and has_language_privilege('grafana_reader', l.oid, 'usage')`,
  'database-open-to-grafana': `select right_of as object from unnest(array['create', 'temporary']) right_of
    where has_database_privilege('grafana_reader', current_database(), right_of)`,
  'role-above-row-security': `select r.rolname as object from pg_roles r
    where (r.rolname like 'telltale\\_%' or r.rolname = 'grafana_reader' or r.rolname ~ '^g_[0-9]+$')
      and (r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb)`,
} as const;
export type CatalogRule = keyof typeof RULES;

/** Everything in the schemas registry and series that breaks a rule; run as superuser. Waived findings are left out. */
export async function lintCatalog(
  client: pg.Client,
  waivers: readonly CatalogWaiver[] = CATALOG_WAIVERS,
): Promise<CatalogFinding[]> {
  const findings: CatalogFinding[] = [];
  for (const rule of Object.keys(RULES).filter((name): name is CatalogRule => name in RULES)) {
    const { rows } = await client.query<{ object: string }>(RULES[rule]);
    for (const { object } of rows) {
      if (!waivers.some((waiver) => waiver.rule === rule && waiver.object === object)) findings.push({ rule, object });
    }
  }
  return findings.sort((a, b) => `${a.rule} ${a.object}`.localeCompare(`${b.rule} ${b.object}`));
}
