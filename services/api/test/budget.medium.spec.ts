import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { toId } from '../src/graphql/opaque-id.js';
import { ApiCaller, type Answer } from './api-caller.js';
import { ServedPlants } from './served-plants.js';

let plants: ServedPlants;
let admin: pg.Client;
let acme: ApiCaller;
let globex: ApiCaller;

beforeAll(async () => {
  plants = await ServedPlants.open();
  admin = new pg.Client({ connectionString: plants.database.adminUrl });
  await admin.connect();
  acme = await ApiCaller.signedIn(plants.url, plants.acme.people.manager.email);
  globex = await ApiCaller.signedIn(plants.url, plants.globex.people.manager.email);
});
afterAll(async () => {
  await admin.end();
  await plants.close();
});

const comment = (): Promise<Answer> => acme.ask('mutation ($id: ID!) { commentAlarm(alarmId: $id, comment: "again") { id } }', { id: toId('alarm', plants.acme.alarmId) });

describe('a tenant whose operations hang', () => {
  it('keeps no other tenant from working, and is refused when its queue is full', async () => {
    await admin.query('begin');
    await admin.query('select 1 from registry.alarm where alarm_id = $1 for update', [plants.acme.alarmId]);
    // 4 run, 100 wait, the rest is refused.
    const hanging = Array.from({ length: 110 }, comment);
    const refused = await Promise.race(hanging);
    expect([refused.status, refused.codes]).toEqual([429, ['TENANT_BUSY']]);
    const startedMs = performance.now();
    const other = await globex.ask('{ sites { name overview { tagCount } } }');
    const tookMs = performance.now() - startedMs;
    expect([other.status, other.codes]).toEqual([200, []]);
    expect(tookMs).toBeLessThan(3_000);
    await admin.query('rollback');
    const answers = await Promise.all(hanging);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(6);
    expect(answers.filter(({ codes }) => codes.length === 0)).toHaveLength(104);
  }, 30_000);
});

describe('a statement of the api', () => {
  it('may take 10 s, and then is given up with a sentence', async () => {
    const client = new pg.Client({ connectionString: plants.database.urls.telltale_api });
    await client.connect();
    expect((await client.query('show statement_timeout')).rows).toEqual([{ statement_timeout: '10s' }]);
    await client.end();
    // Shorter here: new connections take it over.
    await admin.query(`alter role telltale_api in database ${plants.database.name} set statement_timeout = '300ms'`);
    await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'telltale_api' and datname = $1`, [plants.database.name]);
    await new Promise((later) => setTimeout(later, 300));
    await admin.query('begin');
    await admin.query('lock table registry.site in access exclusive mode');
    const answer = await acme.ask('{ sites { name } }');
    await admin.query('rollback');
    expect([answer.status, answer.codes]).toEqual([200, ['TOOK_TOO_LONG']]);
    expect((await acme.ask('{ sites { name } }')).codes).toEqual([]);
  }, 30_000);
});
