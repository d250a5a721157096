import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  channelPlace,
  newSecretKey,
  NotificationChannel,
  RegistryDatabase,
  SecretBox,
  SecretKeys,
  SERVICE_ROLES,
  TenantRepository,
} from '@telltale/plant-registry';
import { createTestDatabase, type TestDatabase, testPostgresUrl } from '@telltale/plant-registry/testing';
import { openBatchLedger } from '@telltale/time-series';
import { migrate, type MigratorSettings } from '../src/index.js';

describe('migrator', () => {
  let folder: string;
  let neighbour: TestDatabase;
  let settings: MigratorSettings;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'role-passwords-'));
    // Roles belong to the whole cluster: the other suites' passwords must stay as they are.
    neighbour = await createTestDatabase();
    for (const role of SERVICE_ROLES)
      await writeFile(join(folder, role), `${new URL(neighbour.urls[role]).password}\n`);
    settings = {
      ADMIN_DATABASE_URL: testPostgresUrl(),
      DATABASE_NAME: `migrated_${Math.random().toString(36).slice(2, 10)}`,
      ROLE_PASSWORDS_DIR: folder,
      LOG_LEVEL: 'silent',
    };
  });

  afterAll(async () => {
    const admin = await RegistryDatabase.open(neighbour.adminUrl);
    await admin.ping();
    await admin.close();
    await neighbour.drop();
    await rm(folder, { recursive: true, force: true });
  });

  it('makes a database that the services can use, and can be run again', async () => {
    await migrate(settings);
    await migrate(settings);
    const url = new URL(neighbour.urls.telltale_ingest);
    url.pathname = `/${settings.DATABASE_NAME}`;
    const registry = await RegistryDatabase.open(url.href);
    await registry.ping();
    await registry.close();
    const ledger = openBatchLedger(url.href);
    expect(await ledger.watermark({ tenantId: 1 }, 1, 1)).toBe(0);
    await ledger.close();
  });

  it('encrypts secrets that are in the clear, and says which keys are none', async () => {
    const clear = {
      kind: 'webhook',
      name: 'crew',
      url: 'https://crew.test',
      secret: 'whsec_canary',
      enabled: true,
    } as const;
    const url = new URL(neighbour.urls.telltale_owner);
    url.pathname = `/${settings.DATABASE_NAME}`;
    const owner = await RegistryDatabase.open(url.href);
    const tenant = await new TenantRepository(owner).save({
      slug: 'acme',
      name: 'Acme',
      currency: 'EUR',
      locale: 'en',
    });
    await owner.inTenant(tenant, (manager) =>
      manager.save(manager.create(NotificationChannel, { ...clear, tenantId: tenant.tenantId })),
    );
    const stored = async (): Promise<NotificationChannel> =>
      owner.inTenant(tenant, (manager) => manager.findOneByOrFail(NotificationChannel, { tenantId: tenant.tenantId }));
    await migrate(settings);
    expect((await stored()).secret).toBe('whsec_canary');
    const key = newSecretKey();
    await migrate({ ...settings, SECRET_KEYS: key });
    const channel = await stored();
    expect(channel.secret).toMatch(/^sealed:v1:/);
    expect(new SecretBox(SecretKeys.parse(key)).open(channel.secret, channelPlace(channel))).toBe('whsec_canary');
    await expect(migrate({ ...settings, SECRET_KEYS: 'no key' })).rejects.toMatchObject({
      code: 'SECRET_KEYS_INVALID',
    });
    await owner.close();
  }, 60_000);

  it('says which password is missing or weak', async () => {
    const weak = await mkdtemp(join(tmpdir(), 'role-passwords-'));
    for (const role of SERVICE_ROLES) await writeFile(join(weak, role), 'long enough to be taken');
    await writeFile(join(weak, 'telltale_api'), 'short');
    await expect(migrate({ ...settings, ROLE_PASSWORDS_DIR: weak })).rejects.toThrow(
      'The password of role telltale_api has fewer than 12 characters. Put a longer one into',
    );
    await unlink(join(weak, 'telltale_owner'));
    await expect(migrate({ ...settings, ROLE_PASSWORDS_DIR: weak })).rejects.toThrow(
      "The password of role telltale_owner can't be read from",
    );
    await rm(weak, { recursive: true });
  });

  it('says in one sentence when the database is away', async () => {
    await expect(
      migrate({ ...settings, ADMIN_DATABASE_URL: 'postgres://postgres:x@127.0.0.1:1/postgres' }),
    ).rejects.toThrow(/^The database at 127\.0\.0\.1:1 could not be prepared/);
  });
});
