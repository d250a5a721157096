import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Writable } from 'node:stream';
import pg from 'pg';
import { RegistryDatabase, UserRepository } from '@telltale/plant-registry';
import { createLogger } from '@telltale/service-runtime';
import { toId } from '../src/graphql/opaque-id.js';
import { ApiCaller } from './api-caller.js';
import { errorCodes, LiveCaller } from './live-caller.js';
import { appendSamples, PASSWORD, ServedPlants } from './served-plants.js';

interface LogLine {
  readonly level: number;
  readonly msg: string;
}

let plants: ServedPlants;
let seq = 100;
const log: LogLine[] = [];
const sink = new Writable({
  write: (chunk: Buffer, _encoding, done) => {
    log.push(...chunk.toString('utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as LogLine));
    done();
  },
});

beforeAll(async () => {
  plants = await ServedPlants.open({}, createLogger('api', 'debug', sink));
});
afterAll(() => plants.close());

async function withAdmin<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: plants.database.adminUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const LIVE_VALUES = 'subscription ($tagIds: [ID!]!) { liveValues(tagIds: $tagIds) { tagId value } }';
const tagIds = (): string[] => plants.acme.plant.tags.map(({ tagId }) => toId('tag', tagId));
const stirSamples = (): Promise<void> => appendSamples(plants.database, plants.acme.plant, new Date(), ++seq);

async function withUsers<T>(work: (users: UserRepository) => Promise<T>): Promise<T> {
  const owner = await RegistryDatabase.open(plants.database.urls.telltale_owner);
  try {
    return await work(new UserRepository(owner));
  } finally {
    await owner.close();
  }
}

/** A new person of acme, signed in, with a running subscription that has been told something. */
async function listener(name: string): Promise<{ caller: ApiCaller; live: LiveCaller; userId: number }> {
  const email = `${name}@acme.test`;
  const { userId } = await withUsers((users) => users.save(plants.acme.plant.tenant, { email, name, role: 'viewer', password: PASSWORD }));
  const caller = await ApiCaller.signedIn(plants.url, email);
  const live = await LiveCaller.open(plants.url, caller.token);
  live.subscribe('values', LIVE_VALUES, { tagIds: tagIds() });
  await new Promise((later) => setTimeout(later, 200));
  await stirSamples();
  await live.until(({ id, type }) => id === 'values' && type === 'next');
  return { caller, live, userId };
}

/** How long the stream went on, ms; everything that came after is an error of the test. */
async function endOf(live: LiveCaller): Promise<number> {
  const startedMs = Date.now();
  await live.until(({ id, type }) => id === 'values' && type === 'error');
  const tookMs = Date.now() - startedMs;
  const heard = live.of('values').length;
  await stirSamples();
  await new Promise((later) => setTimeout(later, 1_500));
  expect(live.of('values')).toHaveLength(heard);
  expect(live.codesOf('values')).toEqual(['NOT_SIGNED_IN']);
  return tookMs;
}

describe('a running subscription', () => {
  it('ends within 5 s of the account being disabled, and no other starts', async () => {
    const { live, userId } = await listener('disabled');
    await withUsers((users) => users.disable(plants.acme.plant.tenant, userId, new Date()));
    // In between data may still come; it must stop by then.
    expect(await endOf(live)).toBeLessThan(5_000);
    live.subscribe('again', LIVE_VALUES, { tagIds: tagIds() });
    await live.until(({ id }) => id === 'again');
    expect(live.codesOf('again')).toEqual(['NOT_SIGNED_IN']);
    live.close();
  }, 20_000);

  it('ends at once with the sign-out in another tab', async () => {
    const { live, caller } = await listener('leaving');
    expect((await caller.ask('mutation { signOut }')).data).toEqual({ signOut: true });
    expect(await endOf(live)).toBeLessThan(500);
    live.close();
  }, 20_000);

  it('ends when the session expires', async () => {
    const { live, userId } = await listener('expiring');
    await withAdmin((client) => client.query(`update registry.user_session set expires_at = now() + interval '1 second' where user_id = $1`, [userId]));
    expect(await endOf(live)).toBeLessThan(5_000);
    live.close();
  }, 20_000);

  it('reads anew for every event what belongs to the alarm', async () => {
    const caller = await ApiCaller.signedIn(plants.url, plants.acme.people.manager.email);
    const live = await LiveCaller.open(plants.url, caller.token);
    live.subscribe('alarms', 'subscription ($siteId: ID!) { alarmChanged(siteId: $siteId) { history { comment } } }', { siteId: toId('site', plants.acme.plant.site.siteId) });
    await new Promise((later) => setTimeout(later, 200));
    const comments = (): string[][] =>
      live.of('alarms').map(({ payload }) => (payload as { data: { alarmChanged: { history: { comment: string }[] } } }).data.alarmChanged.history.map(({ comment }) => comment));
    for (const [index, comment] of ['first', 'second'].entries()) {
      const answer = await caller.ask('mutation ($id: ID!, $comment: String!) { commentAlarm(alarmId: $id, comment: $comment) { id } }', { id: toId('alarm', plants.acme.alarmId), comment });
      expect(answer.codes).toEqual([]);
      for (let waited = 0; comments().length <= index && waited < 5_000; waited += 20) await new Promise((later) => setTimeout(later, 20));
    }
    expect(comments()).toEqual([expect.arrayContaining(['first']), expect.arrayContaining(['first', 'second'])]);
    live.close();
  });
});

describe('a live connection', () => {
  let live: LiveCaller;

  beforeAll(async () => {
    const caller = await ApiCaller.signedIn(plants.url, plants.acme.people.viewer.email);
    live = await LiveCaller.open(plants.url, caller.token);
  });
  afterAll(() => live.close());

  const deep = `subscription { alarmChanged(siteId: "sit_1") ${'{ leakAlert { alarm '.repeat(6)} { id } ${'} }'.repeat(6)} }`;
  it.each([
    ['too deep', deep, 'OPERATION_TOO_LARGE'],
    ['with 16 aliases', `subscription { liveValues(tagIds: []) { ${Array.from({ length: 16 }, (_, i) => `a${i}: value`).join(' ')} } }`, 'OPERATION_TOO_LARGE'],
    ['with introspection', 'subscription { liveValues(tagIds: []) { tagId __typename } __schema { types { name } } }', 'INTROSPECTION_OFF'],
    ['with a fragment at the root', 'subscription { ...a } fragment a on Subscription { liveValues(tagIds: []) { value } }', 'OPERATION_TOO_LARGE'],
    ['with a field that is not there', 'subscription { liveValues(tagIds: []) { valu } }', 'BAD_OPERATION'],
    ['that is a query', '{ me { id } }', 'BAD_OPERATION'],
    ['that is a mutation', 'mutation { signOut }', 'BAD_OPERATION'],
    ['that is no GraphQL', 'subscription {', 'BAD_OPERATION'],
    ['on a site of nobody', 'subscription { alarmChanged(siteId: "sit_zik0zj") { id } }', 'NOT_FOUND'],
    ['with a wrong argument', 'subscription ($tagIds: [ID!]!) { liveValues(tagIds: $tagIds) { value } }', 'BAD_ARGUMENT'],
  ])('refuses an operation %s', async (name, query, code) => {
    live.subscribe(name, query, { tagIds: Array.from({ length: 2_001 }, () => 'tag_1') });
    await live.until(({ id }) => id === name);
    expect(live.codesOf(name)).toContain(code);
    expect(JSON.stringify(live.of(name))).not.toContain('Did you mean');
    expect(live.of(name)).toHaveLength(1);
  });

  it('takes so many subscriptions and no more', async () => {
    const crowd = await LiveCaller.open(plants.url, (await ApiCaller.signedIn(plants.url, plants.acme.people.viewer.email)).token);
    for (let i = 1; i <= 51; i++) crowd.subscribe(`s${i}`, LIVE_VALUES, { tagIds: tagIds() });
    await crowd.until(({ type }) => type === 'error');
    expect(crowd.heard.filter(({ type }) => type === 'error').flatMap(({ id, payload }) => [id, ...errorCodes(payload)])).toEqual(['s51', 'TOO_MANY_SUBSCRIPTIONS']);
    crowd.close();
  });

  it('is not opened from the page of another site, and knows nobody without a session', async () => {
    await expect(LiveCaller.open(plants.url, null, { origin: 'https://elsewhere.test' })).rejects.toThrow('403');
    const nobody = await LiveCaller.open(plants.url, null);
    nobody.subscribe('x', LIVE_VALUES, { tagIds: [] });
    await nobody.until(({ id }) => id === 'x');
    expect(nobody.codesOf('x')).toEqual(['NOT_SIGNED_IN']);
    nobody.close();
  });

  it('is closed when it does not begin as the protocol says', async () => {
    const early = await LiveCaller.open(plants.url, null);
    early.send({ type: 'connection_init' });
    for (let waited = 0; early.closedWith === null && waited < 2_000; waited += 20) await new Promise((later) => setTimeout(later, 20));
    expect(early.closedWith).toBe(4429);
  });
});

describe('what goes wrong', () => {
  const loud = (): LogLine[] => log.filter(({ level }) => level >= 40);

  it('is not logged as an error where the caller was refused, over HTTP as over a live connection', async () => {
    const viewer = await ApiCaller.signedIn(plants.url, plants.acme.people.viewer.email);
    const before = loud().length;
    expect((await viewer.ask('{ site(id: "sit_zik0zj") { name } }')).codes).toEqual(['NOT_FOUND']);
    expect((await viewer.ask('mutation { acknowledgeAlarm(alarmId: "alm_1") { id } }')).codes).toEqual(['NOT_ALLOWED']);
    const live = await LiveCaller.open(plants.url, viewer.token);
    live.subscribe('gone', 'subscription { gatewayChanged(siteId: "sit_zik0zj") { id } }');
    await live.until(({ id }) => id === 'gone');
    expect(live.codesOf('gone')).toEqual(['NOT_FOUND']);
    expect(loud().slice(before)).toEqual([]);
    live.close();
  });

  it('is masked with a reference, at the start as in an event, and logged once each', async () => {
    const caller = await ApiCaller.signedIn(plants.url, plants.acme.people.viewer.email);
    const live = await LiveCaller.open(plants.url, caller.token);
    const siteId = toId('site', plants.acme.plant.site.siteId);
    live.subscribe('running', 'subscription ($siteId: ID!) { alarmChanged(siteId: $siteId) { id history { comment } } }', { siteId });
    await new Promise((later) => setTimeout(later, 200));
    const before = loud().length;
    await withAdmin(async (client) => {
      await client.query('alter table registry.alarm_transition rename to hidden_transition');
      await client.query(`update registry.alarm set updated_at = now() + interval '1 second' where tenant_id = $1`, [plants.acme.plant.tenant.tenantId]);
      await live.until(({ id }) => id === 'running');
      await client.query('alter table registry.hidden_transition rename to alarm_transition');
      await client.query('alter table registry.site rename to hidden_site');
      live.subscribe('starting', 'subscription ($siteId: ID!) { gatewayChanged(siteId: $siteId) { id } }', { siteId });
      await live.until(({ id }) => id === 'starting');
      await client.query('alter table registry.hidden_site rename to site');
    });
    expect(live.of('running').map(({ payload }) => errorCodes((payload as { errors?: unknown }).errors))).toEqual([['INTERNAL']]);
    expect(live.codesOf('starting')).toEqual(['INTERNAL']);
    expect(JSON.stringify(live.heard)).not.toMatch(/relation|registry\.|stack|hidden/);
    const faults = loud().slice(before);
    expect(faults.map(({ msg }) => msg)).toEqual(['an operation failed', 'an operation failed']);
    // What failed is there for us, without the values of the statement.
    expect(JSON.stringify(faults)).toContain('does not exist');
    expect(JSON.stringify(faults)).not.toMatch(/parameters|driverError/);
    live.close();
  });
});
