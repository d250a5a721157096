import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { RegistryDatabase, SiteRepository, UserRepository, credentialHash } from '@telltale/plant-registry';
import { createTestDatabase, type TestDatabase, testPostgresUrl } from '@telltale/plant-registry/testing';
import { introduceTenant, type TenantSettings } from '../src/index.js';

const acme = {
  tenant: { slug: 'acme', name: 'Acme', currency: 'EUR', locale: 'de' },
  sites: [
    { slug: 'ludwigshafen', name: 'Ludwigshafen', timeZone: 'Europe/Berlin', gateways: ['boiler house', 'packaging'] },
  ],
  admin: { email: 'aylin@acme.example', name: 'Aylin Demir' },
};

describe('introducing a tenant', () => {
  let folder: string;
  let database: TestDatabase;
  let api: RegistryDatabase;
  let ingest: RegistryDatabase;
  let settings: TenantSettings;

  const introduce = async (description: unknown, change: Partial<TenantSettings> = {}): Promise<string[]> => {
    const lines: string[] = [];
    await writeFile(settings.TENANT_FILE, JSON.stringify(description));
    await introduceTenant({ ...settings, ...change }, (line) => lines.push(line));
    return lines;
  };
  const signIn = async (email: string, password: string): Promise<string> =>
    (await new UserRepository(api).signIn({ email, password, now: new Date(), sessionHours: 1 })).kind;
  const keyHolder = async (key: string) => ingest.lookupCredential(credentialHash('gateway-key', key), 'gateway-key');
  const keysIn = (lines: readonly string[]): string[] => lines.join('\n').match(/ttg_[\w-]{43}/g) ?? [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tenant-'));
    database = await createTestDatabase();
    await writeFile(join(folder, 'telltale_owner'), new URL(database.urls.telltale_owner).password);
    api = await RegistryDatabase.open(database.urls.telltale_api);
    ingest = await RegistryDatabase.open(database.urls.telltale_ingest);
    settings = {
      ADMIN_DATABASE_URL: testPostgresUrl(),
      DATABASE_NAME: database.name,
      ROLE_PASSWORDS_DIR: folder,
      TENANT_FILE: join(folder, 'acme.json'),
      REPLACE: 'nothing',
    };
  });

  afterAll(async () => {
    await Promise.all([api.close(), ingest.close()]);
    await database.drop();
    await rm(folder, { recursive: true });
  });

  it('lets the admin sign in and the gateways deliver, and prints each secret once', async () => {
    const first = await introduce(acme);
    const [, password = ''] = /password (\S+) \(shown this once\)/.exec(first.join('\n')) ?? [];
    expect(password).toMatch(/^[0-9a-f]{5}(-[0-9a-f]{5}){4}$/);
    expect(await signIn('Aylin@acme.example', password)).toBe('signed-in');
    const keys = keysIn(first);
    expect(new Set(keys).size).toBe(2);
    const holder = await keyHolder(keys[0] ?? '');
    const tenant = holder?.tenant ?? { tenantId: 0 };
    expect(await new SiteRepository(api).tenant(tenant)).toMatchObject(acme.tenant);
    expect(await new SiteRepository(api).sites(tenant)).toMatchObject([
      { slug: 'ludwigshafen', timeZone: 'Europe/Berlin' },
    ]);

    const again = await introduce({ ...acme, tenant: { ...acme.tenant, name: 'Acme SE' } });
    expect(keysIn(again)).toEqual([]);
    expect(again.join()).not.toContain('password');
    expect(await signIn('aylin@acme.example', password)).toBe('signed-in');
    expect(await new SiteRepository(api).tenant(tenant)).toMatchObject({ name: 'Acme SE' });
    expect(await new SiteRepository(api).sites(tenant)).toHaveLength(1);
  });

  it('sets a forgotten password and replaces lost keys, only when told to', async () => {
    await introduce(acme);
    const given = { FIRST_ADMIN_PASSWORD: 'a quite new password' };
    await introduce(acme, given);
    expect(await signIn('aylin@acme.example', 'a quite new password')).toBe('refused');
    const changed = await introduce(acme, { ...given, REPLACE: 'admin-password' });
    expect(changed.join()).not.toContain('a quite new password');
    expect(keysIn(changed)).toEqual([]);
    expect(await signIn('aylin@acme.example', 'a quite new password')).toBe('signed-in');

    const lines = await introduce(acme, { REPLACE: 'gateway-keys' });
    expect(await signIn('aylin@acme.example', 'a quite new password')).toBe('signed-in');
    const [key = ''] = keysIn(lines);
    const holder = await keyHolder(key);
    expect(keysIn(lines)).toHaveLength(2);
    const keys = await api.inTenant(holder?.tenant ?? { tenantId: 0 }, (manager) =>
      manager.query(
        'select gateway_id, count(*)::int4 as valid from registry.gateway_key where revoked_at is null group by 1',
      ),
    );
    expect(keys).toMatchObject([{ valid: 1 }, { valid: 1 }]);
  });

  it('refuses what it does not understand, in one sentence, and changes nothing', async () => {
    const alarms = await RegistryDatabase.open(database.urls.telltale_alarms);
    const tenants = async (): Promise<number> => (await alarms.listTenants()).length;
    const before = await tenants();
    const initech = { ...acme, tenant: { ...acme.tenant, slug: 'initech' } };
    await expect(
      introduce({ ...initech, sites: [{ slug: 'No Slug', name: 'x', timeZone: 'Europe/Ludwigshafen' }], surprise: 1 }),
    ).rejects.toThrow(
      /^The description of the tenant is wrong \(sites\.0\.slug: use a-z.*; sites\.0\.timeZone: use an IANA name such as Europe\/Berlin; .*surprise.*\)\. Correct TENANT_FILE/,
    );
    await expect(introduce(initech, { TENANT_FILE: join(folder, 'nowhere.json') })).rejects.toThrow(
      "can't be read from",
    );
    expect(await tenants()).toBe(before);
    await alarms.close();
    await introduce(acme);
    await expect(introduce(initech)).rejects.toThrow(
      'aylin@acme.example belongs to another tenant. Use another address for the admin',
    );
  });

  it('says what to do when the database is not there yet', async () => {
    await expect(introduce(acme, { DATABASE_NAME: 'not_migrated_yet' })).rejects.toThrow('Run the migrator first');
  });

  it('runs as a program that reads standard input', async () => {
    const hooks = join(import.meta.dirname, '../../../libs/service-runtime/test/typescript-hooks.mjs');
    const program = spawn(
      process.execPath,
      ['--conditions=source', '--import', hooks, join(import.meta.dirname, '../src/tenant.ts')],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
        env: {
          ADMIN_DATABASE_URL: settings.ADMIN_DATABASE_URL,
          DATABASE_NAME: database.name,
          ROLE_PASSWORDS_DIR: folder,
          TENANT_FILE: '-',
        },
      },
    );
    program.stdin.end(
      JSON.stringify({
        tenant: { slug: 'globex', name: 'Globex', currency: 'INR', locale: 'en-IN' },
        sites: [{ slug: 'pune', name: 'Pune', timeZone: 'Asia/Kolkata' }],
        admin: { email: 'neha@globex.example', name: 'Neha Kulkarni' },
      }),
    );
    const [output, [exitCode]] = await Promise.all([text(program.stdout), once(program, 'exit')]);
    expect(exitCode).toBe(0);
    expect(output).toMatch(
      /^Tenant globex \(\d+\)\nAdmin neha@globex\.example, password \S+ \(shown this once\)\nSite pune \(\d+\), Asia\/Kolkata\n$/,
    );
  });
});
