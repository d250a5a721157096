import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { AuditRepository, RegistryDatabase, UserRepository, credentialHash, type SignInOutcome } from '../src/index.js';
import { createTestDatabase, createTwoTenants, type TestDatabase, type TestPlant } from '../src/testing/index.js';

const now = new Date('2026-11-23T12:00:00Z');
const later = (minutes: number): Date => new Date(now.getTime() + minutes * 60_000);
let database: TestDatabase;
let acme: TestPlant;
let globex: TestPlant;
let api: RegistryDatabase;
let users: UserRepository;

beforeAll(async () => {
  database = await createTestDatabase();
  [acme, globex] = await createTwoTenants(database.urls.telltale_owner, 1);
  api = await RegistryDatabase.open(database.urls.telltale_api);
  users = new UserRepository(api);
  for (const [plant, name] of [
    [acme, 'anna'],
    [globex, 'gita'],
  ] as const)
    await users.save(plant.tenant, {
      email: `${name}@example.test`,
      name,
      role: 'manager',
      password: `${name}'s password`,
    });
});
afterAll(async () => {
  await api.close();
  await database.drop();
});

const signIn = (email: string, password: string, at = now): Promise<SignInOutcome> =>
  users.signIn({ email, password, now: at, sessionHours: 12 });

describe('signing in', () => {
  it('leads to a session of the own tenant that ends by time and by hand', async () => {
    const outcome = await signIn(' Anna@Example.test ', "anna's password");
    if (outcome.kind !== 'signed-in') throw new Error(outcome.kind);
    expect(outcome.tenant).toEqual(acme.tenant);
    expect(await users.findSession(outcome.token, now)).toMatchObject({
      tenant: acme.tenant,
      user: { name: 'anna', role: 'manager' },
    });
    expect(await users.findSession(outcome.token, later(12 * 60))).toBeNull();
    expect(await users.findSession(`${outcome.token}x`, now)).toBeNull();
    expect(await users.endSession(globex.tenant, outcome.sessionId, now)).toBe(false);
    expect(await users.endSession(acme.tenant, outcome.sessionId, now)).toBe(true);
    expect(await users.findSession(outcome.token, now)).toBeNull();
  });

  it('locks for 15 minutes after 10 failures, known address or not, and forgets failures after a success', async () => {
    for (const email of ['gita@example.test', 'nobody@example.test']) {
      const outcomes = [];
      for (let attempt = 0; attempt < 11; attempt++) outcomes.push((await signIn(email, 'guess')).kind);
      expect(outcomes).toEqual([...Array.from({ length: 10 }, () => 'refused'), 'locked']);
    }
    expect((await signIn('gita@example.test', "gita's password", later(14))).kind).toBe('locked');
    expect((await signIn('gita@example.test', "gita's password", later(16))).kind).toBe('signed-in');
  });

  it('ends with the account', async () => {
    const { userId } = await users.save(acme.tenant, {
      email: 'b@example.test',
      name: 'B',
      role: 'viewer',
      password: 'long enough',
    });
    const outcome = await signIn('b@example.test', 'long enough');
    if (outcome.kind !== 'signed-in') throw new Error(outcome.kind);
    await users.disable(acme.tenant, userId, now);
    expect([await users.findSession(outcome.token, now), (await signIn('b@example.test', 'long enough')).kind]).toEqual(
      [null, 'refused'],
    );
  });

  it('keeps Argon2id hashes and no secret in clear', async () => {
    const admin = new pg.Client({ connectionString: database.adminUrl });
    await admin.connect();
    const { rows } = await admin.query<{ password_hash: string }>('select password_hash from registry.user_account');
    const directory = await admin.query<{ text: string }>(
      `select string_agg(d::text, '') as text from registry.credential_directory d`,
    );
    await admin.end();
    for (const row of rows)
      expect(row.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[^$]{22}\$[^$]{43}$/);
    expect(directory.rows[0]?.text).not.toContain('example.test');
  });
});

describe('the directory of credentials', () => {
  it('can be asked, not listed', async () => {
    const rows: unknown[] = await api.inTenant(acme.tenant, (manager) =>
      manager.query('select * from registry.credential_directory'),
    );
    expect(rows).toEqual([]);
    expect(await api.lookupCredential(credentialHash('email', 'gita@example.test'), 'email')).toMatchObject({
      tenant: globex.tenant,
    });
    expect(await api.lookupCredential(credentialHash('email', 'gita@example.test'), 'session')).toBeNull();
  });
});

describe('the audit', () => {
  it('shows a changed, a removed and an inserted entry', async () => {
    const audit = new AuditRepository(api);
    const add = (tenant: TestPlant['tenant'], action: string): Promise<unknown> =>
      audit.append(tenant, {
        actorKind: 'user',
        actorId: 1,
        action,
        subject: 'alarm 1',
        detail: { b: 1, a: { y: null, x: [1] } },
      });
    const admin = new pg.Client({ connectionString: database.adminUrl });
    await admin.connect();
    // Sign-ins stand in it already.
    const { rows } = await admin.query<{ known: number }>(
      'select count(*)::int as known from registry.audit_entry where tenant_id = $1',
      [acme.tenant.tenantId],
    );
    const [second, third] = [(rows[0]?.known ?? 0) + 2, (rows[0]?.known ?? 0) + 3];
    await Promise.all(['one', 'two', 'three', 'four'].map((action) => add(acme.tenant, action)));
    await add(globex.tenant, 'one');
    expect([await audit.verify(acme.tenant), await audit.verify(globex.tenant)]).toEqual([null, null]);
    const tamper = async (sql: string, undo: string): Promise<number | null> => {
      await admin.query(sql);
      const broken = await audit.verify(acme.tenant);
      await admin.query(undo);
      return broken;
    };
    const where = `tenant_id = ${acme.tenant.tenantId} and audit_id`;
    expect(
      await tamper(
        `update registry.audit_entry set subject = 'alarm 2' where ${where} = ${second}`,
        `update registry.audit_entry set subject = 'alarm 1' where ${where} = ${second}`,
      ),
    ).toBe(second);
    await admin.query(`create table public.kept as select * from registry.audit_entry where ${where} = ${third}`);
    expect(
      await tamper(
        `delete from registry.audit_entry where ${where} = ${third}`,
        'insert into registry.audit_entry select * from public.kept',
      ),
    ).toBe(third);
    expect(await audit.verify(acme.tenant)).toBeNull();
    await admin.end();
  });

  it('can be neither changed nor shortened by the api', async () => {
    for (const sql of [
      'update registry.audit_entry set subject = null',
      'delete from registry.audit_entry',
      'truncate registry.audit_entry',
    ])
      await expect(api.inTenant(acme.tenant, (manager) => manager.query(sql))).rejects.toThrow('permission denied');
  });
});
