import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { channelPlace, NotificationChannel, RegistryDatabase, SecretBox, SecretKeys } from '@telltale/plant-registry';
import { toId } from '../src/graphql/opaque-id.js';
import { ApiCaller, type Answer } from './api-caller.js';
import { SECRET_KEY, ServedPlants } from './served-plants.js';

const SECRET = 'a canary that signs every message';
const SHOWN = '{ id name url enabled pending lastDeliveredAt lastError }';

let plants: ServedPlants;
let superuser: pg.Client;
let admin: ApiCaller;
let owner: RegistryDatabase;

beforeAll(async () => {
  plants = await ServedPlants.open();
  superuser = new pg.Client({ connectionString: plants.database.adminUrl });
  await superuser.connect();
  owner = await RegistryDatabase.open(plants.database.urls.telltale_owner);
  admin = await ApiCaller.signedIn(plants.url, plants.acme.people.admin.email);
});
afterAll(async () => {
  await superuser?.end();
  await owner?.close();
  await plants?.close();
});

const add = (name: string, url: string, secret = SECRET): Promise<Answer> =>
  admin.ask(`mutation ($name: String!, $url: String!, $secret: String!) { done: addWebhook(name: $name, url: $url, secret: $secret) ${SHOWN} }`, { name, url, secret });
const list = async (caller = admin): Promise<{ id: string; name: string }[]> => (await caller.ask(`{ done: notificationChannels ${SHOWN} }`)).data?.['done'] as { id: string; name: string }[];
const rows = async (sql: string): Promise<Record<string, unknown>[]> => (await superuser.query(sql)).rows;
const stored = async (name: string): Promise<NotificationChannel | null> => {
  const { tenant } = plants.acme.plant;
  return owner.inTenant(tenant, (manager) => manager.findOneBy(NotificationChannel, { tenantId: tenant.tenantId, name }));
};

describe('a webhook channel', () => {
  it('is added with a sealed secret that never comes back, switched off and on, and removed, all in the journal', async () => {
    const added = await add('night shift', 'https://hooks.example.com/path-canary?token=canary');
    expect(added.data?.['done']).toEqual({ id: expect.stringMatching(/^chn_/), name: 'night shift', url: 'https://hooks.example.com', enabled: true, pending: 0, lastDeliveredAt: null, lastError: null });
    const [{ id } = { id: '' }] = (await list()).filter(({ name }) => name === 'night shift');
    const record = await stored('night shift');
    if (record === null) throw new Error('not stored');
    expect(record.url).toBe('https://hooks.example.com/path-canary?token=canary');
    expect(JSON.stringify(await list())).not.toContain('canary');
    expect(record.secret).toMatch(/^sealed:v1:/);
    expect(new SecretBox(SecretKeys.parse(SECRET_KEY)).open(record.secret, channelPlace(record))).toBe(SECRET);

    const { channelId } = record;
    const [first] = await rows(`select transition_id, alarm_id from registry.alarm_transition where tenant_id = ${record.tenantId} limit 1`);
    await superuser.query(`insert into registry.notification (tenant_id, alarm_id, transition_id, channel_id, state, attempts, last_error, created_at) values ($1, $2, $3, $4, 'failed', 12, 'The receiver answered 500.', now())`, [record.tenantId, first?.['alarm_id'], first?.['transition_id'], channelId]);
    expect((await list()).find(({ name }) => name === 'night shift')).toMatchObject({ lastError: 'The receiver answered 500.', pending: 0 });

    const [next] = await rows(`insert into registry.alarm_transition (tenant_id, alarm_id, at, transition, from_state, to_state) select tenant_id, alarm_id, at, transition, from_state, to_state from registry.alarm_transition where transition_id = ${Number(first?.['transition_id'])} and tenant_id = ${record.tenantId} returning transition_id`);
    await superuser.query(`insert into registry.notification (tenant_id, alarm_id, transition_id, channel_id, state, attempts, created_at, delivered_at) values ($1, $2, $3, $4, 'delivered', 1, now(), '2026-01-02T03:04:05Z')`, [record.tenantId, first?.['alarm_id'], next?.['transition_id'], channelId]);
    expect((await list()).find(({ name }) => name === 'night shift')).toMatchObject({ lastError: null, pending: 0, lastDeliveredAt: '2026-01-02T03:04:05.000Z' });

    const enable = (enabled: boolean): Promise<Answer> => admin.ask('mutation ($id: ID!, $enabled: Boolean!) { done: setChannelEnabled(channelId: $id, enabled: $enabled) { enabled } }', { id, enabled });
    expect((await enable(false)).data?.['done']).toEqual({ enabled: false });
    expect((await enable(false)).data?.['done']).toEqual({ enabled: false });
    expect((await enable(true)).data?.['done']).toEqual({ enabled: true });
    expect((await admin.ask('mutation ($id: ID!) { done: removeChannel(channelId: $id) }', { id })).data?.['done']).toBe(true);
    expect((await list()).map(({ name }) => name)).toEqual(['acme crew']);
    expect((await enable(true)).codes).toEqual(['NOT_FOUND']);
    // What it was told stays; its secret is gone and its name free.
    expect(await rows(`select c.enabled, c.secret, c.url from registry.notification n join registry.notification_channel c using (tenant_id, channel_id) where n.channel_id = ${channelId} and n.state = 'failed'`)).toEqual([{ enabled: false, secret: '', url: 'https://hooks.example.com' }]);
    expect((await add('night shift', 'https://hooks.example.com/y')).codes).toEqual([]);

    const journal = await rows(`select action, detail::text from registry.audit_entry where action like '%notification channel' order by audit_id`);
    expect(journal.map(({ action }) => action)).toEqual(['add notification channel', 'disable notification channel', 'enable notification channel', 'remove notification channel', 'add notification channel']);
    expect(JSON.stringify(journal)).not.toContain('canary');
  });

  it.each([
    ['http://hooks.example.com/x', 'WEBHOOK_TARGET_REFUSED'],
    ['http://127.0.0.1:9000/', 'WEBHOOK_TARGET_REFUSED'],
    ['https://localhost/', 'WEBHOOK_TARGET_REFUSED'],
    ['https://10.1.2.3/', 'WEBHOOK_TARGET_REFUSED'],
    ['https://[::ffff:7f00:1]/', 'WEBHOOK_TARGET_REFUSED'],
    ['https://169.254.169.254/latest/meta-data', 'WEBHOOK_TARGET_REFUSED'],
    ['https://user:word@hooks.example.com/', 'WEBHOOK_TARGET_REFUSED'],
    ['file:///etc/passwd', 'WEBHOOK_TARGET_REFUSED'],
    ['hooks', 'WEBHOOK_TARGET_REFUSED'],
  ])('does not go to %s', async (url, code) => {
    expect((await add('elsewhere', url)).codes).toEqual([code]);
  });

  it('needs a name of its own and a secret that is worth it, and belongs to its company', async () => {
    expect((await add('acme crew', 'https://hooks.example.com/x')).codes).toEqual(['CHANNEL_NAME_TAKEN']);
    expect((await add('  ', 'https://hooks.example.com/x')).codes).toEqual(['BAD_ARGUMENT']);
    expect((await add('short', 'https://hooks.example.com/x', 'too short')).codes).toEqual(['BAD_ARGUMENT']);
    const globex = await ApiCaller.signedIn(plants.url, plants.globex.people.admin.email);
    expect((await list(globex)).map(({ name }) => name)).toEqual(['globex crew']);
    expect((await globex.ask('mutation ($id: ID!) { removeChannel(channelId: $id) }', { id: toId('channel', plants.acme.channelId) })).codes).toEqual(['NOT_FOUND']);
  });

  it('is removed once by two who do it at once', async () => {
    expect((await add('twice', 'https://hooks.example.com/x')).codes).toEqual([]);
    const id = (await list()).find(({ name }) => name === 'twice')?.id;
    const answers = await Promise.all([1, 2, 3].map(() => admin.ask('mutation ($id: ID!) { removeChannel(channelId: $id) }', { id })));
    expect(answers.map(({ codes }) => codes.join()).sort()).toEqual(['', 'NOT_FOUND', 'NOT_FOUND']);
    expect(await rows(`select 1 as one from registry.audit_entry where action = 'remove notification channel' and detail ->> 'name' = 'twice'`)).toHaveLength(1);
  });

  it('is one of twenty at most, also when they are added at once; one that was removed does not count', async () => {
    const globex = await ApiCaller.signedIn(plants.url, plants.globex.people.admin.email);
    const addTo = (name: string): Promise<Answer> => globex.ask(`mutation ($name: String!) { done: addWebhook(name: $name, url: "https://hooks.example.com/x", secret: "sixteen characters") { id } }`, { name });
    const answers = await Promise.all(Array.from({ length: 22 }, (_, i) => addTo(`crew ${i}`)));
    expect(answers.flatMap(({ codes }) => codes)).toEqual(['TOO_MANY_CHANNELS', 'TOO_MANY_CHANNELS', 'TOO_MANY_CHANNELS']);
    const all = await list(globex);
    expect(all).toHaveLength(20);
    const [{ id } = { id: '' }] = all.filter(({ name }) => name.startsWith('crew'));
    await globex.ask('mutation ($id: ID!) { removeChannel(channelId: $id) }', { id });
    expect((await addTo('one more')).codes).toEqual([]);
  });

  it('is not changed when that can not be written down', async () => {
    const state = (): Promise<Record<string, unknown>[]> => rows('select c::text from registry.notification_channel c order by 1');
    const before = await state();
    await superuser.query('revoke insert on registry.audit_entry from telltale_api');
    try {
      const id = toId('channel', plants.acme.channelId);
      expect((await add('unwritten', 'https://hooks.example.com/x')).codes).toEqual(['INTERNAL']);
      expect((await admin.ask('mutation ($id: ID!) { setChannelEnabled(channelId: $id, enabled: false) { id } }', { id })).codes).toEqual(['INTERNAL']);
      expect((await admin.ask('mutation ($id: ID!) { removeChannel(channelId: $id) }', { id })).codes).toEqual(['INTERNAL']);
    } finally {
      await superuser.query('grant insert on registry.audit_entry to telltale_api');
    }
    expect(await state()).toEqual(before);
  });
});

describe('an installation without keys for secrets', () => {
  it('says so instead of keeping one in the clear', async () => {
    const bare = await ServedPlants.open({ SECRET_KEYS: undefined });
    try {
      const caller = await ApiCaller.signedIn(bare.url, bare.acme.people.admin.email);
      const answer = await caller.ask('mutation { addWebhook(name: "x", url: "https://hooks.example.com/x", secret: "sixteen characters") { id } }');
      expect([answer.codes, answer.text.includes('SECRET_KEYS')]).toEqual([['SECRET_KEYS_MISSING'], true]);
    } finally {
      await bare.close();
    }
  });
});
