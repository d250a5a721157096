import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { AuditRepository, GatewayAccessRepository, GatewayEnrolmentRepository, RegistryDatabase } from '@telltale/plant-registry';
import { createTestDatabase, createTwoTenants, type TestDatabase, type TestPlant, testPostgresUrl } from '@telltale/plant-registry/testing';
import { columnsFrom, encodeBatch, Status } from '@telltale/tag-sample';
import { migrateSeries, openSeriesReader, openSeriesWriter } from '@telltale/time-series';
import { eraseSamples, eraseTenantSettings, keepRetention, retentionSettings } from '../src/index.js';

const NOW_US = Date.UTC(2026, 8, 14) * 1000;

const PROGRAMS = {
  retention: (env: Record<string, string>, print: (line: string) => void): Promise<void> => keepRetention(retentionSettings.parse(env), print),
  'erase-tenant': (env: Record<string, string>, print: (line: string) => void): Promise<void> => eraseSamples(eraseTenantSettings.parse(env), print),
} as const;

describe('what is kept of a tenant', () => {
  let folder: string;
  let database: TestDatabase;
  let acme: TestPlant;
  let globex: TestPlant;
  let admin: pg.Client;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'retention-'));
    database = await createTestDatabase([{ name: 'series for the migrator', migrate: migrateSeries }]);
    [acme, globex] = await createTwoTenants(database.urls.telltale_owner);
    for (const role of ['telltale_owner', 'telltale_historian'] as const) await writeFile(join(folder, role), new URL(database.urls[role]).password);
    admin = new pg.Client({ connectionString: database.adminUrl });
    await admin.connect();
    for (const plant of [acme, globex]) await append(plant);
  }, 60_000);
  afterAll(async () => {
    await admin.end();
    await database.drop();
    await rm(folder, { recursive: true });
  });

  async function append({ tenant, gateway, tags }: TestPlant): Promise<void> {
    const writer = openSeriesWriter(database.urls.telltale_historian);
    const samples = columnsFrom(tags.map(({ tagId }) => ({ tagId, value: 1, sourceTimeUs: NOW_US, serverTimeUs: NOW_US, status: Status.Good })));
    const batch = { identity: { gatewayId: gateway.gatewayId, epoch: 1, seq: 1 }, samples, continuity: [] };
    await writer.append([{ tenant, batch, encoded: encodeBatch(batch), receivedAtUs: NOW_US }]);
    await writer.close();
  }

  const environment = (env: Readonly<Record<string, string>>): Record<string, string> => ({ ADMIN_DATABASE_URL: testPostgresUrl(), DATABASE_NAME: database.name, ROLE_PASSWORDS_DIR: folder, TENANT: 'acme', SETTLE_SECONDS: '0.1', ...env });

  /** As an operator runs it: exit code, and what it says. */
  async function run(program: string, env: Readonly<Record<string, string>>): Promise<unknown[]> {
    const hooks = join(import.meta.dirname, '../../../libs/service-runtime/test/typescript-hooks.mjs');
    const child = spawn(process.execPath, ['--conditions=source', '--import', hooks, join(import.meta.dirname, `../src/${program}.ts`)], { stdio: ['ignore', 'pipe', 'pipe'], env: environment(env) });
    const [output, errors, [exitCode]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    return [Number(exitCode), output, errors.trimEnd()];
  }

  const said = async (program: keyof typeof PROGRAMS, env: Readonly<Record<string, string>>): Promise<string[]> => {
    const lines: string[] = [];
    await PROGRAMS[program](environment(env), (line) => lines.push(line));
    return lines;
  };
  const refused = (program: keyof typeof PROGRAMS, env: Readonly<Record<string, string>>): Promise<string> => said(program, env).then(() => 'done', (error: Error) => error.message);
  const audited = async (): Promise<string[]> => (await admin.query<{ action: string }>(`select action from registry.audit_entry where tenant_id = $1 and actor_kind = 'platform' order by audit_id`, [acme.tenant.tenantId])).rows.map(({ action }) => action);
  const latest = async ({ tenant, tags }: TestPlant): Promise<number> => {
    const reader = openSeriesReader(database.urls.telltale_api);
    const found = await reader.latest(tenant, tags.map(({ tagId }) => tagId));
    await reader.close();
    return found.length;
  };

  it('is for ever until a class says otherwise, per tag, with an entry in the audit', async () => {
    expect(await run('retention', {})).toEqual([0, 'Tags of acme without a class are kept for ever.\n', '']);
    expect(await said('retention', { ACTION: 'class', RAW_DAYS: '30', MINUTE_DAYS: '90' })).toEqual(['Class default of acme: samples 30 d, minutes 90 d, quarters for ever, hours for ever']);
    expect(await refused('retention', { ACTION: 'class', RAW_DAYS: '30', MINUTE_DAYS: '9' })).toContain('would keep a coarser level shorter than a finer one. Let RAW_DAYS');
    expect(await refused('retention', { ACTION: 'assign', CLASS: 'steam', TAGS: 'acme/*' })).toContain('acme has no class steam. Set it first');
    await said('retention', { ACTION: 'class', CLASS: 'steam', RAW_DAYS: '1000' });
    expect(await refused('retention', { ACTION: 'assign', CLASS: 'steam', TAGS: 'globex/*' })).toContain('No tag has the path globex/*');
    expect(await said('retention', { ACTION: 'assign', CLASS: 'steam', TAGS: 'acme/*' })).toEqual([`${acme.tags.length} tags of acme are in class steam`]);
    expect(await said('retention', {})).toEqual(['Class default: samples 30 d, minutes 90 d, quarters for ever, hours for ever', 'Class steam: samples 1000 d, minutes for ever, quarters for ever, hours for ever']);
    const { rows } = await admin.query('select distinct tenant_id, class from series.tag_retention');
    expect(rows).toEqual([{ tenant_id: acme.tenant.tenantId, class: 'steam' }]);
    expect(await audited()).toEqual(['retention-class-set', 'retention-class-set', 'retention-class-assigned']);
  }, 120_000);

  it('is thinned after a while, within a bound per tag, when both are said', async () => {
    const path = globex.tags[0]?.path ?? '';
    const thin = { TENANT: 'globex', ACTION: 'class', THIN_DAYS: '90' };
    const assign = { TENANT: 'globex', ACTION: 'assign', TAGS: path };
    expect(await refused('retention', { ...thin, RAW_DAYS: '90' })).toBe('Class default would thin samples that are gone. Let THIN_DAYS be less than RAW_DAYS, or leave one of them out.');
    await said('retention', { TENANT: 'globex', ACTION: 'class', RAW_DAYS: '400' });
    expect(await refused('retention', { ...assign, THIN_ERROR: '0.25' })).toBe('Class default thins nothing, so that a THIN_ERROR would do nothing. Set its THIN_DAYS first with ACTION=class.');
    expect(await said('retention', { ...thin, RAW_DAYS: '400' })).toEqual(['Class default of globex: samples 400 d, thinned after 90 d, minutes for ever, quarters for ever, hours for ever']);
    expect(await run('retention', { ...assign, THIN_ERROR: '-1' })).toEqual([78, '', expect.stringContaining('THIN_ERROR is wrong (use a number from 0 on, like 0.25)')]);
    for (const bound of ['half', 'Infinity']) expect(retentionSettings.safeParse(environment({ ...assign, THIN_ERROR: bound })).error?.issues).toMatchObject([{ path: ['THIN_ERROR'], message: 'use a number from 0 on, like 0.25' }]);
    expect(await said('retention', { ...assign, THIN_ERROR: '0.25' })).toEqual(['1 tags of globex are in class default, with an error of 0.25 at most when thinned']);
    expect(await said('retention', { TENANT: 'globex' })).toEqual(['Class default: samples 400 d, thinned after 90 d, minutes for ever, quarters for ever, hours for ever', 'Class default: 1 tags with an error of 0.25 at most when thinned']);
    await said('retention', assign);
    expect((await said('retention', { TENANT: 'globex' })).join()).not.toContain('0.25');
    const { rows } = await admin.query<{ detail: unknown }>(`select detail from registry.audit_entry where tenant_id = $1 and action = 'retention-class-assigned' order by audit_id`, [globex.tenant.tenantId]);
    expect(rows.map(({ detail }) => detail)).toEqual([{ class: 'default', tags: path, count: 1, thinError: 0.25 }, { class: 'default', tags: path, count: 1, thinError: null }]);
  }, 120_000);

  it('stays while a legal hold is on it, and goes wholly when it is lifted', async () => {
    expect(await refused('retention', { ACTION: 'hold' })).toContain('No reason is given for ACTION=hold. Say why in REASON');
    const [placed] = await said('retention', { ACTION: 'hold', REASON: 'Court order 7', TO: '2030-01-01T00:00:00Z' });
    expect(placed).toMatch(/^Hold \d+: everything from the first sample to 2030-01-01T00:00:00.000Z \(Court order 7\)$/);
    const hold = /\d+/.exec(placed ?? '')?.[0] ?? '';
    const erase = { CONFIRM: 'acme', REASON: 'Contract ended' };
    expect(await run('erase-tenant', erase)).toEqual([69, '', `erase-tenant can't start: acme is under a legal hold (hold ${hold}: Court order 7). Nothing may be erased until it is released with retention.js, ACTION=release.`]);
    expect(await latest(acme)).toBe(acme.tags.length);
    expect(await refused('retention', { ACTION: 'release', HOLD: '9999', REASON: 'Over' })).toContain('acme has no hold 9999');
    // While the audit can't be written, nothing may change.
    await admin.query('alter table registry.audit_entry rename to audit_entry_away');
    expect(await refused('retention', { ACTION: 'release', HOLD: hold, REASON: 'Over' })).toContain('audit_entry');
    expect(await refused('retention', { ACTION: 'class', CLASS: 'unseen', RAW_DAYS: '1' })).toContain('audit_entry');
    await admin.query('alter table registry.audit_entry_away rename to audit_entry');
    expect((await said('retention', {})).join()).toMatch(/^(?!.*unseen).*Court order 7/);
    expect(await said('retention', { ACTION: 'release', HOLD: hold, REASON: 'Over' })).toEqual([`Hold ${hold} of acme is released`]);
    expect(await refused('erase-tenant', { ...erase, CONFIRM: 'globex' })).toContain('CONFIRM is not acme');
    expect((await run('erase-tenant', { CONFIRM: 'acme' }))[0]).toBe(78);
    expect(await refused('erase-tenant', { ...erase, TENANT: 'initech', CONFIRM: 'initech' })).toContain('There is no tenant initech');
    const api = await RegistryDatabase.open(database.urls.telltale_api);
    const user = { userId: 1, at: new Date() };
    const invited = await new GatewayAccessRepository(api).invite(acme.tenant, acme.gateway.gatewayId, 3_600_000, user);
    await api.close();
    const lines = await said('erase-tenant', erase);
    const ingest = await RegistryDatabase.open(database.urls.telltale_ingest);
    expect(await new GatewayEnrolmentRepository(ingest).redeem(invited?.token ?? '', `ttg_${'k'.repeat(43)}`, new Date())).toEqual({ outcome: 'token-unknown' });
    await ingest.close();
    expect(lines).toContain('  1 invitations of gateways revoked');
    expect(lines).toContain('  quarantined_batch: 0 rows');
    expect(lines[0]).toMatch(/^Samples of acme are erased, \d+ keys of its gateways revoked$/);
    expect(lines).toContain('  sample_block: 1 rows');
    expect([await latest(acme), await latest(globex)]).toEqual([0, globex.tags.length]);
    const { rows } = await admin.query('select reason from series.erasure where tenant_id = $1', [acme.tenant.tenantId]);
    expect(rows).toEqual([{ reason: 'Contract ended' }]);
    expect((await admin.query('select from registry.gateway_key where tenant_id = $1 and revoked_at is null', [acme.tenant.tenantId])).rows).toEqual([]);
    expect((await audited()).slice(3)).toEqual(['legal-hold-placed', 'legal-hold-released', 'samples-erasure-begun', 'samples-erased']);
    const owner = await RegistryDatabase.open(database.urls.telltale_owner);
    expect(await new AuditRepository(owner).verify(acme.tenant)).toBeNull();
    await owner.close();
  }, 120_000);
});
