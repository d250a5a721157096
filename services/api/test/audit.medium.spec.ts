import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { AuditRepository, RegistryDatabase } from '@telltale/plant-registry';
import { toId } from '../src/graphql/opaque-id.js';
import { ApiCaller } from './api-caller.js';
import { PASSWORD, ServedPlants } from './served-plants.js';

let plants: ServedPlants;
let admin: pg.Client;
let crew: ApiCaller;

beforeAll(async () => {
  plants = await ServedPlants.open();
  admin = new pg.Client({ connectionString: plants.database.adminUrl });
  await admin.connect();
  crew = await ApiCaller.signedIn(plants.url, plants.acme.people.maintenance.email);
});
afterAll(async () => {
  await admin.end();
  await plants.close();
});

const rows = async (sql: string): Promise<unknown[]> => (await admin.query(sql)).rows;
const audited = (): Promise<unknown[]> => rows(`select action, subject from registry.audit_entry where tenant_id = ${plants.acme.plant.tenant.tenantId} order by audit_id`);
const acknowledge = (): ReturnType<ApiCaller['ask']> => crew.ask('mutation ($id: ID!) { acknowledgeAlarm(alarmId: $id, comment: "seen") { state } }', { id: toId('alarm', plants.acme.alarmId) });
const signIn = (): ReturnType<ApiCaller['ask']> =>
  new ApiCaller(plants.url).ask('mutation ($email: String!, $password: String!) { signIn(email: $email, password: $password) { id } }', { email: plants.acme.people.viewer.email, password: PASSWORD });

/** While the journal can't be written. */
async function withoutJournal<T>(work: () => Promise<T>): Promise<T> {
  await admin.query('revoke insert on registry.audit_entry from telltale_api');
  try {
    return await work();
  } finally {
    await admin.query('grant insert on registry.audit_entry to telltale_api');
  }
}

describe('what people do', () => {
  it('is not done when it can not be written down', async () => {
    const state = (): Promise<unknown[]> => rows('select a::text from registry.alarm a union all select t::text from registry.alarm_transition t union all select s::text from registry.user_session s order by 1');
    const [before, journal] = [await state(), await audited()];
    const [act, entry] = await withoutJournal(async () => [await acknowledge(), await signIn()]);
    expect([act?.codes, entry?.codes]).toEqual([['INTERNAL'], ['INTERNAL']]);
    expect(await state()).toEqual(before);
    expect(await audited()).toEqual(journal);
  });

  it('stands in the journal once, and what was refused does not', async () => {
    const before = (await audited()).length;
    expect((await acknowledge()).data).toEqual({ acknowledgeAlarm: { state: 'ACKNOWLEDGED' } });
    expect((await acknowledge()).codes).toEqual(['ALARM_NOTHING_TO_ACKNOWLEDGE']);
    expect((await signIn()).codes).toEqual([]);
    const { viewer } = plants.acme.people;
    expect((await audited()).slice(before)).toEqual([
      { action: 'alarm acknowledge', subject: `alarm ${plants.acme.alarmId}` },
      { action: 'sign-in', subject: `user ${viewer.userId}` },
    ]);
    const registry = await RegistryDatabase.open(plants.database.urls.telltale_api);
    expect(await new AuditRepository(registry).verify(plants.acme.plant.tenant)).toBeNull();
    await registry.close();
  });
});
