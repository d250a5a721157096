import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { createTestDatabase, createTwoTenants, type TestDatabase, type TestPlant, testPostgresUrl } from '@telltale/plant-registry/testing';

describe('the Grafana role of a tenant', () => {
  let folder: string;
  let database: TestDatabase;
  let acme: TestPlant;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'grafana-role-'));
    database = await createTestDatabase();
    [acme] = await createTwoTenants(database.urls.telltale_owner);
    await writeFile(join(folder, 'telltale_owner'), new URL(database.urls.telltale_owner).password);
  });
  afterAll(async () => {
    await database.drop();
    await rm(folder, { recursive: true });
  });

  /** As an operator runs it: the password in a file. */
  async function run(tenant: string, password: string): Promise<{ exitCode: number; output: string; errors: string }> {
    const file = join(folder, 'grafana');
    await writeFile(file, `${password}\n`);
    const hooks = join(import.meta.dirname, '../../../libs/service-runtime/test/typescript-hooks.mjs');
    const program = spawn(process.execPath, ['--conditions=source', '--import', hooks, join(import.meta.dirname, '../src/grafana-role.ts')], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ADMIN_DATABASE_URL: testPostgresUrl(), DATABASE_NAME: database.name, ROLE_PASSWORDS_DIR: folder, TENANT: tenant, GRAFANA_PASSWORD_FILE: file },
    });
    const [output, errors, [exitCode]] = await Promise.all([text(program.stdout), text(program.stderr), once(program, 'exit')]);
    return { exitCode: Number(exitCode), output, errors };
  }

  async function sitesSeenBy(role: string, password: string): Promise<number[]> {
    const url = new URL(database.adminUrl);
    [url.username, url.password] = [role, password];
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    try {
      return (await client.query<{ site_id: number }>('select site_id from registry.site order by 1')).rows.map(({ site_id }) => site_id);
    } finally {
      await client.end();
    }
  }

  it('logs in and reads its own tenant, after a change of the password only with the new one', async () => {
    const role = `g_${acme.tenant.tenantId}`;
    const [first, second] = ['the first password of g', 'the second password of g'];
    const made = await run('acme', first);
    expect([made.exitCode, made.output]).toEqual([0, `Role ${role} reads what belongs to acme, database ${database.name}\n`]);
    expect(await sitesSeenBy(role, first)).toEqual([acme.site.siteId]);
    const changed = await run('acme', second);
    expect([changed.exitCode, `${changed.output}${changed.errors}`.includes(second)]).toEqual([0, false]);
    await expect(sitesSeenBy(role, first)).rejects.toThrow('password authentication failed');
    expect(await sitesSeenBy(role, second)).toEqual([acme.site.siteId]);
  }, 60_000);

  it('says what is wrong in one sentence, without the password', async () => {
    const unknown = await run('initech', 'a password that is long enough');
    expect([unknown.exitCode, unknown.errors]).toEqual([69, `grafana-role can't start: There is no tenant initech in database ${database.name}. Correct TENANT, or introduce the tenant first with tenant.js.\n`]);
    const weak = await run('acme', 'short');
    expect([weak.exitCode, weak.errors]).toEqual([78, expect.stringContaining('use at least 16 characters')]);
    expect(weak.errors).not.toContain('short)');
  }, 60_000);
});
