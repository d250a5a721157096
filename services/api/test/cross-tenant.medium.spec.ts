import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildSchema, type GraphQLField, type GraphQLSchema } from 'graphql';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { WebSocket } from 'ws';
import { toId } from '../src/graphql/opaque-id.js';
import { ApiCaller, type Answer } from './api-caller.js';
import { fieldsOf, operationText, type OperationKind } from './operation-text.js';
import { NAMELESS, PROBES } from './probes.js';
import { appendSamples, ServedPlants, type ServedPlant } from './served-plants.js';

const schema: GraphQLSchema = buildSchema(readFileSync(join(import.meta.dirname, '../schema.graphql'), 'utf8'));
const operations: { kind: OperationKind; field: GraphQLField<unknown, unknown> }[] = [
  ...fieldsOf(schema.getQueryType()).map((field) => ({ kind: 'query' as const, field })),
  ...fieldsOf(schema.getMutationType()).map((field) => ({ kind: 'mutation' as const, field })),
  ...fieldsOf(schema.getSubscriptionType()).map((field) => ({ kind: 'subscription' as const, field })),
];
const over = (
  kinds: readonly OperationKind[],
): { name: string; kind: OperationKind; field: GraphQLField<unknown, unknown> }[] =>
  operations
    .filter(({ kind, field }) => kinds.includes(kind) && !['signIn', 'signOut'].includes(field.name))
    .map((operation) => ({ name: operation.field.name, ...operation }));

/** How deep these are asked for: everything below them, four levels deep, would cost too much at once. */
const DEAR: Readonly<Record<string, number>> = { sites: 2, site: 3, pipeRun: 3, leakAlerts: 3, alarms: 3 };

let plants: ServedPlants;
let seq = 1;
let acmeAdmin: ApiCaller;
let globexAdmin: ApiCaller;

beforeAll(async () => {
  plants = await ServedPlants.open();
  acmeAdmin = await ApiCaller.signedIn(plants.url, plants.acme.people.admin.email);
  globexAdmin = await ApiCaller.signedIn(plants.url, plants.globex.people.admin.email);
});
afterAll(() => plants.close());

/** Everything by which a row of globex can be told; ids are unique over the whole database. */
const marksOf = ({ plant, lineId, pipeRunId, alarmId, gatewayKeyId, invitationId, channelId, people }: ServedPlant): string[] => [
  'globex',
  ...[
    toId('tenant', plant.tenant.tenantId),
    toId('site', plant.site.siteId),
    toId('equipment', lineId),
    toId('pipe run', pipeRunId),
    toId('alarm', alarmId),
    toId('leak alert', alarmId),
    toId('gateway', plant.gateway.gatewayId),
    toId('gateway key', gatewayKeyId),
    toId('invitation', invitationId),
    toId('channel', channelId),
    toId('endpoint', plant.endpointId),
    ...plant.tags.map(({ tagId }) => toId('tag', tagId)),
    ...Object.values(people).map(({ userId }) => toId('user', userId)),
  ].map((id) => `"${id}"`),
];
const marksIn = (answer: Answer): string[] => marksOf(plants.globex).filter((mark) => answer.text.includes(mark));
const ask = (
  caller: ApiCaller,
  { kind, field }: (typeof operations)[number],
  given: Record<string, unknown>,
): Promise<Answer> => caller.ask(operationText(kind, field, given, DEAR[field.name] ?? 4), given);

describe('an operation with ids of another tenant', () => {
  it('has a probe, each and every one', () => {
    expect(operations.map(({ field }) => field.name).sort()).toEqual(Object.keys(PROBES).sort());
  });

  it.each(over(['query']))('$name gives the owner its data and the other tenant none', async (operation) => {
    const probe = PROBES[operation.name];
    if (!probe) throw new Error(`${operation.name} has no probe`);
    const given = probe(plants.globex, plants.acme);
    const own = await ask(globexAdmin, operation, given);
    expect([own.status, own.codes]).toEqual([200, []]);
    expect(marksIn(own)).not.toEqual([]);
    const foreign = await ask(acmeAdmin, operation, given);
    expect(marksIn(foreign)).toEqual([]);
    if (!NAMELESS.includes(operation.name)) expect(foreign.codes).toContain('NOT_FOUND');
  });

  it.each(over(['query', 'mutation']).filter(({ name }) => !NAMELESS.includes(name)))(
    '$name answers as for an id that nobody has',
    async (operation) => {
      const given = PROBES[operation.name]?.(plants.globex, plants.acme) ?? {};
      const nobodys = Object.fromEntries(
        Object.entries(given).map(([name, value]) => [name, name === 'personId' ? value : unknownIds(value)]),
      );
      const [foreign, unknown] = [await ask(acmeAdmin, operation, given), await ask(acmeAdmin, operation, nobodys)];
      expect([foreign.status, foreign.text]).toEqual([unknown.status, unknown.text]);
    },
  );

  it.each(over(['mutation']).filter(({ name }) => !NAMELESS.includes(name)))('$name changes nothing', async (operation) => {
    const before = await changeableRows();
    const foreign = await ask(acmeAdmin, operation, PROBES[operation.name]?.(plants.globex, plants.acme) ?? {});
    expect([foreign.codes, marksIn(foreign)]).toEqual([['NOT_FOUND'], []]);
    expect(await changeableRows()).toEqual(before);
  });

  it('does not assign an own alarm to a stranger', async () => {
    const given = {
      alarmId: toId('alarm', plants.acme.alarmId),
      personId: toId('user', plants.globex.people.admin.userId),
    };
    const query =
      'mutation ($alarmId: ID!, $personId: ID) { assignAlarm(alarmId: $alarmId, personId: $personId) { assignee { name } } }';
    const answer = await acmeAdmin.ask(query, given);
    const unknown = await acmeAdmin.ask(query, { ...given, personId: toId('user', 2_000_000_000) });
    expect([marksIn(answer), answer.codes, answer.text]).toEqual([[], ['ALARM_PERSON_UNKNOWN'], unknown.text]);
  });

  it.each(over(['subscription']))('$name tells the owner and the other tenant nothing', async (operation) => {
    const given = PROBES[operation.name]?.(plants.globex, plants.acme) ?? {};
    const query = operationText('subscription', operation.field, given, 2);
    const [own, foreign] = [listen(globexAdmin, query, given), listen(acmeAdmin, query, given)];
    await Promise.all([own.ready, foreign.ready]);
    await new Promise((later) => setTimeout(later, 300));
    await stir();
    for (let waited = 0; waited < 5000 && !own.heard.some((text) => text.includes('"next"')); waited += 50)
      await new Promise((later) => setTimeout(later, 50));
    own.end();
    foreign.end();
    expect(own.heard.join('\n')).toContain('"next"');
    expect(own.heard.join('\n')).not.toContain('"errors"');
    expect(foreign.heard.filter((text) => marksOf(plants.globex).some((mark) => text.includes(mark)))).toEqual([]);
  });
});

function unknownIds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unknownIds);
  return typeof value === 'string' ? value.replace(/^([a-z]{3})_[0-9a-z]+$/, '$1_zik0zj') : value;
}

async function withAdmin<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: plants.database.adminUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Where a mutation could leave something. */
const CHANGEABLE = ['alarm', 'alarm_transition', 'gateway', 'gateway_key', 'gateway_enrolment', 'credential_directory', 'notification_channel', 'server_certificate', 'tag'];
const changeableRows = (): Promise<unknown[]> =>
  withAdmin(
    async (client) =>
      (
        await client.query(
          CHANGEABLE.map((table) => `select r::text from registry.${table} r`).join(' union all ') + ' order by 1',
        )
      ).rows,
  );

/** Something happens in globex: a sample, an alarm, a yield, a gateway's status. */
const stir = (): Promise<void> =>
  withAdmin(async (client) => {
    const { tenantId } = plants.globex.plant.tenant;
    await client.query(`update registry.alarm set updated_at = now() + interval '1 second' where tenant_id = $1`, [
      tenantId,
    ]);
    await client.query(`update registry.gateway set status_at = now() where tenant_id = $1`, [tenantId]);
    await client.query(
      `insert into registry.shift_yield select (jsonb_populate_record(y, jsonb_build_object('revision', y.revision + 1, 'computed_at', now() + interval '1 second'))).*
       from registry.shift_yield y where tenant_id = $1 order by revision desc limit 1`,
      [tenantId],
    );
    seq += 1;
    await appendSamples(plants.database, plants.globex.plant, new Date(), seq);
  });

function listen(
  caller: ApiCaller,
  query: string,
  variables: Record<string, unknown>,
): { heard: string[]; ready: Promise<void>; end: () => void } {
  const heard: string[] = [];
  const socket = new WebSocket(`${caller.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    headers: { authorization: `Bearer ${caller.token}` },
  });
  const ready = new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: {} })));
    socket.on('message', (data: Buffer) => {
      const text = data.toString('utf8');
      if (text.includes('connection_ack')) {
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query, variables } }));
        resolve();
      } else heard.push(text);
    });
  });
  return { heard, ready, end: () => socket.close() };
}
