import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { tableFromIPC } from 'apache-arrow';
import { parse } from 'csv-parse/sync';
import { request, type IncomingMessage } from 'node:http';
import { readParquet } from 'parquet-wasm/node';
import pg from 'pg';
import { PlantSetup, RegistryDatabase } from '@telltale/plant-registry';
import { columnsFrom, encodeBatch, Status, type Sample } from '@telltale/tag-sample';
import { openCompactor, openSeriesWriter } from '@telltale/time-series';
import { EXPORT_PATH } from '../src/export/sample-export.js';
import { toId } from '../src/graphql/opaque-id.js';
import { ApiCaller } from './api-caller.js';
import { ServedPlants, type ServedPlant } from './served-plants.js';

const FROM = Date.UTC(2026, 8, 14) * 1000;
const HOUR = 3_600_000_000;
const TAGS_SAMPLES = 25_000;

let plants: ServedPlants;
let caller: ApiCaller;
let admin: pg.Client;
let samples: readonly Sample[];
let unfolded: Sample;

beforeAll(async () => {
  plants = await ServedPlants.open();
  caller = await ApiCaller.signedIn(plants.url, plants.acme.people.viewer.email);
  admin = new pg.Client({ connectionString: plants.database.adminUrl });
  await admin.connect();
  const [first, second] = tagIds(plants.acme);
  // The first tag dense and with bad ones, the second with a few.
  samples = [
    ...Array.from({ length: TAGS_SAMPLES }, (_, i) => ({ tagId: first ?? 0, value: i % 500 === 3 ? NaN : Math.round(1e4 * Math.sin(i / 50)) / 100, sourceTimeUs: FROM + i * 1_000_250, serverTimeUs: FROM, status: i % 500 === 3 ? Status.BadTimeout : Status.Good })),
    ...Array.from({ length: 5 }, (_, i) => ({ tagId: second ?? 0, value: -i, sourceTimeUs: FROM + i * HOUR, serverTimeUs: FROM, status: Status.Good })),
  ];
  unfolded = { tagId: second ?? 0, value: 77, sourceTimeUs: FROM + 6 * HOUR, serverTimeUs: FROM, status: Status.UncertainLastUsableValue };
  for (let at = 0, seq = 1; at < samples.length; at += 10_000, seq++) await append(seq, samples.slice(at, at + 10_000));
  await fold();
  await append(100, [unfolded]);
  await admin.query(`update registry.tag set unit = '=1+"x", °C' where tag_id = $1`, [second]);
}, 60_000);
afterAll(async () => {
  await admin.end();
  await plants.close();
});

const tagIds = ({ plant }: ServedPlant): number[] => plant.tags.map(({ tagId }) => tagId);

async function fold(): Promise<void> {
  const compactor = openCompactor(plants.database.urls.telltale_historian);
  while (((await compactor.fold(plants.acme.plant.tenant, { nowUs: FROM + 100 * HOUR, untilUs: Number.MAX_SAFE_INTEGER }))?.blocks ?? 0) > 0);
  await compactor.close();
}

async function append(seq: number, batch: readonly Sample[]): Promise<void> {
  const { tenant, gateway } = plants.acme.plant;
  const writer = openSeriesWriter(plants.database.urls.telltale_historian);
  const whole = { identity: { gatewayId: gateway.gatewayId, epoch: 3, seq }, samples: columnsFrom([...batch]), continuity: [] };
  await writer.append([{ tenant, batch: whole, encoded: encodeBatch(whole), receivedAtUs: FROM + 100 * HOUR }]);
  await writer.close();
}

const iso = (timeUs: number): string => new Date(timeUs / 1000).toISOString();
function addressOf(ids: readonly number[], format: string, fromUs = FROM, toUs = FROM + 100 * HOUR): string {
  const query = new URLSearchParams([...ids.map((id): [string, string] => ['tag', toId('tag', id)]), ['from', iso(fromUs)], ['to', iso(toUs)], ['format', format]]);
  return `${plants.url}${EXPORT_PATH}?${query.toString()}`;
}
const get = (address: string, token: string | null = caller.token): Promise<Response> => fetch(address, token === null ? {} : { headers: { authorization: `Bearer ${token}` } });
const codeOf = async (response: Response): Promise<unknown[]> => {
  const body = (await response.json()) as { errors: { extensions: { code: string } }[] };
  return [response.status, body.errors[0]?.extensions.code];
};
const wanted = (): (string | number | null)[][] =>
  [...samples, unfolded].map(({ tagId, sourceTimeUs, value, status }) => [
    plants.acme.plant.tags.find((tag) => tag.tagId === tagId)?.path ?? '',
    sourceTimeUs,
    Number.isNaN(value) ? null : value + 0,
    Object.entries(Status).find(([, code]) => code === status)?.[0] ?? '',
  ]);

describe('samples as a file', () => {
  it('are all of them as CSV, text made harmless, µs kept', async () => {
    const response = await get(addressOf(tagIds(plants.acme), 'csv'));
    expect([response.status, response.headers.get('content-type'), response.headers.get('content-disposition')]).toEqual([200, 'text/csv; charset=utf-8', 'attachment; filename="samples.csv"']);
    const rows = parse(await response.text(), { bom: true }) as string[][];
    expect(rows[0]).toEqual(['tag', 'sourceTime', 'value', 'unit', 'status']);
    expect(rows.at(-1)?.[3]).toBe(`'=1+"x", °C`);
    const read = rows.slice(1).map(([path, time = '', value = '', , status]) => [path, Date.parse(`${time.slice(0, 23)}Z`) * 1000 + Number(time.slice(23, 26)), value === '' ? null : Number(value) + 0, status]);
    expect(read).toEqual(wanted());
  });

  it('are all of them as Parquet, read back by another library', async () => {
    const response = await get(addressOf(tagIds(plants.acme), 'parquet'));
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/vnd.apache.parquet']);
    const table = tableFromIPC(readParquet(new Uint8Array(await response.arrayBuffer())).intoIPCStream());
    expect(table.schema.fields.map(({ name, type }) => `${name} ${String(type)}`)).toEqual(['tag Utf8', 'sourceTime Timestamp<MICROSECOND, UTC>', 'value Float64', 'unit Utf8', 'status Utf8']);
    const column = (name: string): unknown[] => [...(table.getChild(name) ?? [])];
    const times = (table.getChild('sourceTime')?.data ?? []).flatMap(({ values }) => [...(values as BigInt64Array)].map(Number));
    const [paths, values, statuses] = [column('tag'), column('value'), column('status')];
    expect(times.map((time, i) => [paths[i], time, values[i] === null ? null : Number(values[i]) + 0, statuses[i]])).toEqual(wanted());
    expect(column('unit').at(-1)).toBe('=1+"x", °C');
  });

  it('of one tag are named for it', async () => {
    const [first] = plants.acme.plant.tags;
    const response = await get(addressOf([first?.tagId ?? 0], 'csv', FROM, FROM + 10_000_000));
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename="${first?.path.split('/').at(-1)}.csv"`);
    expect((await response.text()).split('\r\n')).toHaveLength(12);
  });

  it('are written into the audit with who, what and when', async () => {
    const { rows } = await admin.query(`select actor_id, detail from registry.audit_entry where action = 'samples-exported' order by at limit 1`);
    expect(rows).toEqual([{ actor_id: plants.acme.people.viewer.userId, detail: { tagIds: tagIds(plants.acme), from: iso(FROM), to: iso(FROM + 100 * HOUR), format: 'csv' } }]);
  });

  it('are for people who are signed in, of their own tenant, within limits', async () => {
    const own = addressOf(tagIds(plants.acme), 'csv');
    expect(await codeOf(await get(own, null))).toEqual([401, 'NOT_SIGNED_IN']);
    const foreign = await get(addressOf(tagIds(plants.globex), 'csv'));
    const unknown = await get(addressOf([2_000_000_000], 'csv'));
    expect(await Promise.all([foreign.clone(), unknown.clone()].map(codeOf))).toEqual([[404, 'NOT_FOUND'], [404, 'NOT_FOUND']]);
    expect(await foreign.text()).toBe(await unknown.text());
    expect(await codeOf(await get(own.replace(/tag=tag_/, 'tag=sit_')))).toEqual([404, 'NOT_FOUND']);
    for (const wrong of [own.replace('csv', 'xlsx'), own.replace(/from=[^&]*/, 'from=yesterday'), own.replace(/tag=[^&]*&/g, ''), `${own}&all=1`, addressOf(tagIds(plants.acme), 'csv', FROM + HOUR, FROM), addressOf(tagIds(plants.acme), 'csv', FROM - 401 * 24 * HOUR, FROM)])
      expect(await codeOf(await get(wrong))).toEqual([400, 'BAD_ARGUMENT']);
  });

  it('wait for their reader, and end when he goes', async () => {
    const owner = await RegistryDatabase.open(plants.database.urls.telltale_owner);
    const { site, tenant, endpointId } = plants.acme.plant;
    const tag = { siteId: site.siteId, path: 'acme/plant/dense', name: 'dense', unit: '', kind: 'analog' as const, endpointId, address: { nodeId: 'ns=1;s=dense' }, scanIntervalMs: 1_000 };
    const tagId = (await new PlantSetup(owner).tags(tenant, [tag]))[0]?.tagId ?? 0;
    await owner.close();
    // Far more as text than any socket takes in advance.
    for (let part = 0; part < 20; part++) await append(200 + part, Array.from({ length: 10_000 }, (_, i) => ({ tagId, value: i, sourceTimeUs: FROM + (part * 10_000 + i) * 1_000_000, serverTimeUs: FROM, status: Status.Good })));
    await fold();
    const quietAt = await lastRead();
    const patient = await paused(tagId);
    const waitingAt = await lastRead();
    expect(waitingAt).toBeGreaterThan(quietAt);
    let lines = 0;
    for await (const text of patient.setEncoding('utf8')) lines += String(text).split('\n').length - 1;
    expect(lines).toBe(200_001);
    // It was not all read ahead.
    expect(await lastRead()).toBeGreaterThan(waitingAt);

    const gone = await Promise.all([paused(tagId), paused(tagId)]);
    const before = await lastRead();
    for (const response of gone) response.destroy();
    expect(await lastRead()).toBe(before);
    // Their places are free again.
    expect(await Promise.all([0, 1].map(async () => (await (await get(addressOf([tagIds(plants.acme)[1] ?? 0], 'csv'))).text()).split('\n').length))).toEqual([8, 8]);
  }, 30_000);

  it('are broken off when the session of a reader who takes nothing ends', async () => {
    const { rows } = await admin.query(`select tag_id from registry.tag where path = 'acme/plant/dense'`);
    const waiting = await Promise.all([paused(rows[0]?.tag_id), paused(rows[0]?.tag_id)]);
    const other = await ApiCaller.signedIn(plants.url, plants.acme.people.admin.email);
    const small = addressOf([tagIds(plants.acme)[1] ?? 0], 'csv');
    expect((await get(small, other.token)).status).toBe(429);
    await caller.ask('mutation { signOut }');
    expect((await get(small, other.token)).status === 200 || (await get(small, other.token)).status === 200).toBe(true);
    for (const response of waiting) response.destroy();
  }, 25_000);
});

/** An answer whose body nobody takes yet. */
const paused = (tagId: number): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    request(addressOf([tagId], 'csv'), { headers: { authorization: `Bearer ${caller.token ?? ''}` } }, (response) => resolve(response.pause())).on('error', reject).end();
  });

/** When the api last asked for samples, once it asks for no more. */
async function lastRead(): Promise<number> {
  for (let last = -1; ;) {
    await new Promise((later) => setTimeout(later, 500));
    const { rows } = await admin.query(`select extract(epoch from max(state_change))::float8 as at from pg_stat_activity where datname = current_database() and application_name = 'telltale reader'`);
    const at = Number(rows[0]?.at);
    if (at === last) return at;
    last = at;
  }
}
