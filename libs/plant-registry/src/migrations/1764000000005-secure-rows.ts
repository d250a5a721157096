import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Row security on every table, and who may do what. */
export class SecureRows1764000000005 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`grant usage on schema registry to ${SERVICES}, grafana_reader`);
    for (const table of TENANT_TABLES) await queryRunner.query(tenantRows(table));
    for (const table of GRAFANA_TABLES) await queryRunner.query(grafanaRows(table));
    await queryRunner.query(DIRECTORIES);
    for (const [role, grants] of Object.entries(GRANTS)) {
      for (const [privileges, tables] of Object.entries(grants)) {
        await queryRunner.query(
          `grant ${privileges} on ${tables.map((table) => `registry.${table}`).join(', ')} to ${role}`,
        );
      }
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`revoke all on all tables in schema registry from ${SERVICES}, grafana_reader`);
    for (const table of [...TENANT_TABLES, 'tenant_roster', 'credential_directory']) {
      await queryRunner.query(`alter table registry.${table} no force row level security, disable row level security`);
    }
  }
}

const SERVICES = 'telltale_ingest, telltale_historian, telltale_insights, telltale_alarms, telltale_api';
const PLANT = [
  'tenant',
  'site',
  'equipment',
  'tag',
  'pipe_run',
  'pipe_sensor',
  'line_setup',
  'product',
  'product_rate',
  'shift_pattern',
];
const CONFIGURATION = [
  ...PLANT.filter((table) => table !== 'tenant'),
  'gateway',
  'gateway_key',
  'endpoint',
  'notification_channel',
];
const RESULTS = ['detection', 'shift_yield', 'alarm', 'alarm_transition'];
const GRAFANA_TABLES = [...PLANT, ...RESULTS];
const TENANT_TABLES = [
  'tenant',
  ...CONFIGURATION,
  ...RESULTS,
  'insight_checkpoint',
  'notification',
  'quarantined_batch',
  'user_account',
  'user_session',
  'audit_entry',
];
/** `nullif`, because after a transaction the setting is '' and not NULL. */
const CURRENT_TENANT = `nullif(current_setting('app.tenant_id', true), '')::int4`;

const tenantRows = (table: string): string => `
  alter table registry.${table} enable row level security, force row level security;
  create policy tenant_rows on registry.${table} to telltale_owner, ${SERVICES}
    using (tenant_id = ${CURRENT_TENANT}) with check (tenant_id = ${CURRENT_TENANT});
`;

/** By the name of the role, because whoever writes raw SQL can set any setting. */
const grafanaRows = (table: string): string => `
  create policy grafana_rows on registry.${table} for select to grafana_reader
    using (tenant_id = substr(current_user::text, 3)::int4);
  grant select on registry.${table} to grafana_reader;
`;

/** Read before the tenant is known: the roster shows ids only, the directory one row at a time to who knows the hash. */
const DIRECTORIES = `
  alter table registry.tenant_roster enable row level security, force row level security;
  create policy roster_rows on registry.tenant_roster for select
    to telltale_owner, telltale_historian, telltale_insights, telltale_alarms using (true);
  create policy tenant_rows on registry.tenant_roster to telltale_owner
    using (tenant_id = ${CURRENT_TENANT}) with check (tenant_id = ${CURRENT_TENANT});
  grant select on registry.tenant_roster to telltale_historian, telltale_insights, telltale_alarms;

  alter table registry.credential_directory enable row level security, force row level security;
  create policy known_hash on registry.credential_directory for select to telltale_owner, telltale_ingest, telltale_api
    using (key_hash = decode(nullif(current_setting('app.lookup_key', true), ''), 'hex'));
  create policy tenant_adds on registry.credential_directory for insert to telltale_owner, telltale_api
    with check (tenant_id = ${CURRENT_TENANT});
  create policy tenant_removes on registry.credential_directory for delete to telltale_owner, telltale_api
    using (tenant_id = ${CURRENT_TENANT});
  grant select on registry.credential_directory to telltale_ingest, telltale_api;
  grant insert, delete on registry.credential_directory to telltale_api;
`;

const GRANTS: Record<string, Record<string, readonly string[]>> = {
  telltale_ingest: {
    select: ['tenant', 'site', 'tag', 'gateway', 'gateway_key', 'endpoint', 'quarantined_batch'],
    'update (status, status_at)': ['gateway'],
    'insert, update': ['quarantined_batch'],
  },
  telltale_historian: {
    select: ['tenant', 'site', 'tag', 'gateway', 'quarantined_batch'],
    'insert, update': ['quarantined_batch'],
  },
  telltale_insights: {
    select: [...PLANT, 'gateway', ...RESULTS],
    'select, insert, update': ['detection', 'shift_yield'],
    'select, insert, update, delete': ['insight_checkpoint'],
  },
  telltale_alarms: {
    select: [...PLANT, 'detection', 'shift_yield', 'notification_channel', 'gateway'],
    'select (tenant_id, user_id, name, email, role, disabled_at)': ['user_account'],
    'select, insert, update': ['alarm', 'notification'],
    'select, insert': ['alarm_transition', 'audit_entry'],
  },
  telltale_api: {
    select: ['tenant', ...RESULTS, 'insight_checkpoint', 'notification'],
    'select, insert, update, delete': CONFIGURATION,
    'select, insert, update': ['alarm', 'user_account', 'user_session', 'quarantined_batch'],
    'select, insert': ['alarm_transition', 'audit_entry'],
  },
};
