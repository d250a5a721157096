import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildSchema } from 'graphql';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { USER_ROLES, type UserRole } from '@telltale/plant-registry';
import { toId } from '../src/graphql/opaque-id.js';
import { apiSchema } from '../src/index.js';
import { ApiCaller } from './api-caller.js';
import { fieldsOf, operationText } from './operation-text.js';
import { PROBES } from './probes.js';
import { PASSWORD, ServedPlants } from './served-plants.js';

const FILE = join(import.meta.dirname, '../schema.graphql');
const schema = buildSchema(readFileSync(FILE, 'utf8'));
const queries = fieldsOf(schema.getQueryType());
const mutations = fieldsOf(schema.getMutationType());

/** Written down a second time and by hand: whoever changes the rights of an operation says so here. */
const HANDLERS: readonly UserRole[] = ['maintenance', 'manager', 'admin'];
const ALLOWED: Readonly<Record<string, readonly UserRole[] | 'anyone'>> = {
  me: 'anyone',
  signIn: 'anyone',
  signOut: 'anyone',
  sites: USER_ROLES,
  site: USER_ROLES,
  equipment: USER_ROLES,
  line: USER_ROLES,
  tags: USER_ROLES,
  tag: USER_ROLES,
  samples: USER_ROLES,
  buckets: USER_ROLES,
  calendarBuckets: USER_ROLES,
  interpolatedValues: USER_ROLES,
  samplesAsOf: USER_ROLES,
  pipeRun: USER_ROLES,
  leakAlerts: USER_ROLES,
  leakAlert: USER_ROLES,
  alarms: USER_ROLES,
  alarm: USER_ROLES,
  assignablePeople: HANDLERS,
  previewTagImport: ['admin'],
  exportTags: ['admin'],
  applyTagImport: ['admin'],
  serverCertificates: USER_ROLES,
  trustCertificate: ['admin'],
  rejectCertificate: ['admin'],
  gatewayAccess: ['admin'],
  addGateway: ['admin'],
  inviteGateway: ['admin'],
  revokeGatewayInvitation: ['admin'],
  revokeGatewayKey: ['admin'],
  rotateGatewayKey: ['admin'],
  notificationChannels: ['admin'],
  addWebhook: ['admin'],
  setChannelEnabled: ['admin'],
  removeChannel: ['admin'],
  acknowledgeAlarm: HANDLERS,
  assignAlarm: HANDLERS,
  commentAlarm: HANDLERS,
  shelveAlarm: HANDLERS,
  unshelveAlarm: HANDLERS,
  setAlarmOutcome: HANDLERS,
  markRepaired: HANDLERS,
};

let plants: ServedPlants;
let callers: Readonly<Record<UserRole, ApiCaller>>;
let nobody: ApiCaller;

beforeAll(async () => {
  plants = await ServedPlants.open();
  const caller = (role: UserRole): Promise<ApiCaller> => ApiCaller.signedIn(plants.url, plants.acme.people[role].email);
  callers = {
    viewer: await caller('viewer'),
    maintenance: await caller('maintenance'),
    manager: await caller('manager'),
    admin: await caller('admin'),
  };
  nobody = new ApiCaller(plants.url);
});
afterAll(() => plants.close());

describe('the schema', () => {
  it('is what the code says', async () => {
    expect(readFileSync(FILE, 'utf8')).toBe(await apiSchema());
  });
});

describe('rights', () => {
  it('are stated for every operation', () => {
    expect(Object.keys(ALLOWED).sort()).toEqual([...queries, ...mutations].map(({ name }) => name).sort());
  });

  it.each(
    [
      ...queries.map((field) => ({ name: field.name, kind: 'query' as const, field })),
      ...mutations.map((field) => ({ name: field.name, kind: 'mutation' as const, field })),
    ].filter(({ name }) => ALLOWED[name] !== 'anyone'),
  )('$name is for those who may use it', async ({ name, kind, field }) => {
    // A thing that nobody has: whoever is allowed gets as far as NOT_FOUND, and nothing is changed.
    const given = PROBES[name]?.(plants.globex, plants.acme) ?? {};
    const text = operationText(kind, field, given, 2);
    const refused: string[] = [];
    for (const role of USER_ROLES)
      if ((await callers[role].ask(text, given)).codes.includes('NOT_ALLOWED')) refused.push(role);
    expect(refused).toEqual(USER_ROLES.filter((role) => !ALLOWED[name]?.includes(role)));
    expect((await nobody.ask(text, given)).codes).toEqual(['NOT_SIGNED_IN']);
  });

  it('end with the session', async () => {
    const caller = await ApiCaller.signedIn(plants.url, plants.acme.people.viewer.email);
    expect((await caller.ask('{ me { name tenant { slug } } }')).data).toEqual({
      me: { name: 'acme viewer', tenant: { slug: 'acme' } },
    });
    expect((await caller.ask('mutation { signOut }')).data).toEqual({ signOut: true });
    expect((await caller.ask('{ me { name } }')).data).toEqual({ me: null });
    expect((await caller.ask('{ sites { name } }')).codes).toEqual(['NOT_SIGNED_IN']);
  });
});

describe('an alarm', () => {
  it('goes through the hands of a crew', async () => {
    const { maintenance } = callers;
    const given = {
      id: toId('alarm', plants.acme.alarmId),
      person: toId('user', plants.acme.people.maintenance.userId),
    };
    const act = async (call: string, fields: string): Promise<unknown> => {
      const answer = await maintenance.ask(
        `mutation ($id: ID!, $person: ID) { done: ${call} { ${fields} } some: commentAlarm(alarmId: $id, comment: "c") { assignee { id } } also: assignAlarm(alarmId: $id, personId: $person) { id } }`,
        given,
      );
      return answer.codes.length > 0 ? answer.codes : answer.data?.['done'];
    };
    expect(await act('acknowledgeAlarm(alarmId: $id, comment: "on my way")', 'state acknowledgedBy { name }')).toEqual({
      state: 'ACKNOWLEDGED',
      acknowledgedBy: { name: 'acme maintenance' },
    });
    expect(await act('setAlarmOutcome(alarmId: $id, outcome: CONFIRMED_LEAK)', 'outcome allowedActions')).toMatchObject(
      { outcome: 'CONFIRMED_LEAK' },
    );
    expect(
      (await maintenance.ask('mutation ($id: ID!) { acknowledgeAlarm(alarmId: $id) { id } }', given)).codes,
    ).toEqual(['ALARM_NOTHING_TO_ACKNOWLEDGE']);
    const { data } = await maintenance.ask(
      'query ($id: ID!) { alarm(id: $id) { history { transition person { name } comment } } }',
      given,
    );
    const history = (data as { alarm: { history: { transition: string }[] } }).alarm.history;
    expect(history.map(({ transition }) => transition)).toEqual([
      'raise',
      'acknowledge',
      'comment',
      'assign',
      'classify',
      'comment',
      'assign',
    ]);
  });
});

describe('a hostile request', () => {
  const deep = `{ site(id: "sit_1") { overview { worstLeakAlert ${'{ alarm { leakAlert '.repeat(5)} { id } ${'} }'.repeat(5)} } } }`;

  const bare = (headers: Record<string, string>, body: string): Promise<Response> =>
    fetch(`${plants.url}/graphql`, { method: 'POST', headers, body });
  const json = { 'content-type': 'application/json' };
  const own = { 'x-telltale-request': '1' };
  const admin = (query: string): Promise<Response> => callers.admin.post({ query });

  it.each([
    ['from a page of another site', 400, 'REQUEST_REFUSED', () => bare(json, '{"query":"{me{id}}"}')],
    [
      'as a form',
      400,
      'REQUEST_REFUSED',
      () => bare({ ...own, 'content-type': 'application/x-www-form-urlencoded' }, 'query={me{id}}'),
    ],
    [
      'as plain text',
      400,
      'REQUEST_REFUSED',
      () => bare({ ...own, 'content-type': 'text/plain' }, '{"query":"{me{id}}"}'),
    ],
    ['by GET', 405, 'METHOD_REFUSED', () => fetch(`${plants.url}/graphql?query={me{id}}`, { headers: own })],
    [
      'as a batch',
      400,
      'BAD_REQUEST',
      () => callers.admin.post([{ query: '{ me { id } }' }, { query: '{ me { id } }' }]),
    ],
    ['too deep', 400, 'OPERATION_TOO_LARGE', () => admin(deep)],
    [
      'with 1000 aliases',
      400,
      'OPERATION_TOO_LARGE',
      () => admin(`{ ${Array.from({ length: 1000 }, (_, i) => `a${i}: me { id }`).join(' ')} }`),
    ],
    [
      'with a fragment in a circle',
      400,
      'BAD_OPERATION',
      () => admin('{ me { ...a } } fragment a on Me { ...b } fragment b on Me { ...a }'),
    ],
    ['with introspection', 400, 'INTROSPECTION_OFF', () => admin('{ __schema { types { name } } }')],
    ['with a body of 1 MB', 413, 'OPERATION_TOO_LARGE', () => admin(`{ me { id } } # ${'x'.repeat(1_000_000)}`)],
    ['that is not JSON', 400, 'BAD_REQUEST', () => bare({ ...own, ...json }, '{ me')],
  ])('%s is refused with %i %s', async (_name, status, code, send) => {
    const response = await send();
    expect([response.status, /"code":"([A-Z_]+)"/.exec(await response.text())?.[1]]).toEqual([status, code]);
  });

  it('learns nothing about names it does not know', async () => {
    const answer = await nobody.ask('{ sitez { name } }');
    expect([answer.status, answer.text.includes('Did you mean'), answer.text.includes('sites')]).toEqual([
      400,
      false,
      false,
    ]);
  });

  it('is locked out after ten wrong passwords, for a known address and for an unknown one alike', async () => {
    const attempts = async (email: string): Promise<string[]> => {
      const codes: string[] = [];
      for (let i = 0; i < 11; i++)
        codes.push(
          ...(await nobody.ask(`mutation { signIn(email: "${email}", password: "wrong ${i}") { id } }`)).codes,
        );
      return codes;
    };
    const known = await attempts(plants.globex.people.viewer.email);
    expect(known).toEqual([...Array.from({ length: 10 }, () => 'SIGN_IN_REFUSED'), 'SIGN_IN_LOCKED']);
    expect(await attempts('nobody@nowhere.test')).toEqual(known);
    const right = await nobody.ask(
      'mutation ($email: String!, $password: String!) { signIn(email: $email, password: $password) { id } }',
      { email: plants.globex.people.viewer.email, password: PASSWORD },
    );
    expect(right.codes).toEqual(['SIGN_IN_LOCKED']);
  });
});
