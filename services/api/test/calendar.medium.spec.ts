import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PlantSetup, RegistryDatabase } from '@telltale/plant-registry';
import { columnsFrom, encodeBatch, Status } from '@telltale/tag-sample';
import { openCompactor, openSeriesWriter } from '@telltale/time-series';
import { toId } from '../src/graphql/opaque-id.js';
import { ApiCaller } from './api-caller.js';
import { ServedPlants } from './served-plants.js';

const HOUR_US = 3_600_000_000;
const us = (iso: string): number => Date.parse(iso) * 1000;
/** Clocks go back in Berlin in this night. */
const FROM = '2025-10-25T00:00:00Z';
const TO = '2025-10-26T20:00:00Z';

let plants: ServedPlants;
let caller: ApiCaller;
let tagId: number;

beforeAll(async () => {
  plants = await ServedPlants.open();
  caller = await ApiCaller.signedIn(plants.url, plants.acme.people.viewer.email);
  const { tenant, site, tags } = plants.acme.plant;
  tagId = tags[0]?.tagId ?? 0;
  const owner = await RegistryDatabase.open(plants.database.urls.telltale_owner);
  const setup = new PlantSetup(owner);
  await setup.site(tenant, { slug: site.slug, name: site.name, timeZone: 'Europe/Berlin' });
  const shifts = [
    { name: 'early', start: '06:00', end: '14:00' },
    { name: 'late', start: '14:00', end: '22:00' },
    { name: 'night', start: '22:00', end: '06:00' },
  ];
  await setup.shiftPattern(tenant, site.siteId, { validFrom: '2020-01-02', shifts, plannedStops: [] });
  await owner.close();
  // What the plants come with was appended now, not then.
  await fold(Date.now() * 1000);
  // One sample an hour, its value the hour.
  await append(1, us('2025-10-27T01:00:00Z'), Array.from({ length: 46 }, (_, i) => [us(FROM) + (i - 2) * HOUR_US, i - 2]));
}, 60_000);
afterAll(() => plants.close());

async function append(seq: number, nowUs: number, points: readonly (readonly [timeUs: number, value: number])[], status: number = Status.Good): Promise<void> {
  const { tenant, gateway } = plants.acme.plant;
  const writer = openSeriesWriter(plants.database.urls.telltale_historian, { now: () => nowUs });
  const samples = columnsFrom(points.map(([sourceTimeUs, value]) => ({ tagId, value, sourceTimeUs, serverTimeUs: sourceTimeUs, status })));
  const batch = { identity: { gatewayId: gateway.gatewayId, epoch: 7, seq }, samples, continuity: [] };
  await writer.append([{ tenant, batch, encoded: encodeBatch(batch), receivedAtUs: nowUs }]);
  await writer.close();
  await fold(nowUs);
}

async function fold(nowUs: number): Promise<void> {
  const compactor = openCompactor(plants.database.urls.telltale_historian);
  while (((await compactor.fold(plants.acme.plant.tenant, { nowUs, untilUs: Number.MAX_SAFE_INTEGER }))?.blocks ?? 0) > 0);
  await compactor.close();
}

interface Bucket {
  readonly start: string;
  readonly end: string;
  readonly name: string | null;
  readonly productionDay: string;
  readonly count: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly revision: number;
  readonly revisedAt: string | null;
}

async function buckets(period: string): Promise<readonly Bucket[]> {
  const query = `query ($tagIds: [ID!]!, $from: DateTime!, $to: DateTime!, $period: CalendarPeriod!) {
    calendarBuckets(tagIds: $tagIds, from: $from, to: $to, period: $period) { buckets { start end name productionDay count min max revision revisedAt } } }`;
  const answer = await caller.ask(query, { tagIds: [toId('tag', tagId)], from: FROM, to: TO, period });
  expect(answer.codes).toEqual([]);
  return (answer.data as unknown as { calendarBuckets: { buckets: Bucket[] }[] }).calendarBuckets[0]?.buckets ?? [];
}
const hoursOf = ({ start, end }: Bucket): number => (Date.parse(end) - Date.parse(start)) / 3_600_000;

describe('shifts and days of a plant', () => {
  it('are as long as the clock makes them', async () => {
    expect((await buckets('DAY')).map((day) => [day.productionDay, hoursOf(day), day.count, day.min, day.max])).toEqual([
      ['2025-10-25', 24, 24, -2, 21],
      ['2025-10-26', 25, 22, 22, 43],
    ]);
    const nights = (await buckets('SHIFT')).filter(({ name }) => name === 'night');
    expect(nights.map((night) => [night.productionDay, hoursOf(night), night.start])).toEqual([
      ['2025-10-24', 8, '2025-10-24T20:00:00.000Z'],
      ['2025-10-25', 9, '2025-10-25T20:00:00.000Z'],
    ]);
  });

  it('say when they changed after they were over, and only they', async () => {
    const before = (await buckets('SHIFT')).map(({ revision }) => revision);
    const at = us('2025-11-03T00:00:00Z');
    await append(2, at, [[us('2025-10-25T21:30:00Z'), 500]]);
    const after = await buckets('SHIFT');
    expect(after.map(({ revision }, i) => revision - (before[i] ?? 0))).toEqual(after.map(({ name, productionDay }) => (name === 'night' && productionDay === '2025-10-25' ? 1 : 0)));
    const revised = after.find(({ max }) => max === 500);
    expect([revised?.name, revised?.revisedAt]).toEqual(['night', '2025-11-03T00:00:00.000Z']);
  });

  it('have the status of their mean, as buckets have', async () => {
    await append(3, us('2025-11-04T00:00:00Z'), [[us('2025-10-20T10:00:00Z'), 1], [us('2025-10-21T10:00:00Z'), 2]]);
    await append(4, us('2025-11-04T01:00:00Z'), [[us('2025-10-21T11:00:00Z'), NaN]], Status.BadTimeout);
    const query = `query ($tagIds: [ID!]!, $from: DateTime!, $to: DateTime!) {
      days: calendarBuckets(tagIds: $tagIds, from: $from, to: $to, period: DAY) { buckets { mean status } }
      buckets(tagIds: $tagIds, from: $from, to: $to, bucketSeconds: 86400) { buckets { mean status } } }`;
    const { codes, data } = await caller.ask(query, { tagIds: [toId('tag', tagId)], from: '2025-10-20T00:00:00Z', to: '2025-10-22T00:00:00Z' });
    const first = [{ mean: 1, status: 'Good' }, { mean: 2, status: 'UncertainDataSubNormal' }];
    expect(codes).toEqual([]);
    // The range in UTC touches a third day of the plant.
    expect(data).toEqual({ days: [{ buckets: [...first, { mean: null, status: 'BadNoData' }] }], buckets: [{ buckets: first }] });
  });

  it('are refused for more than three years', async () => {
    const query = 'query ($tagIds: [ID!]!) { calendarBuckets(tagIds: $tagIds, from: "2000-01-01T00:00:00Z", to: "2025-01-01T00:00:00Z") { period } }';
    expect((await caller.ask(query, { tagIds: [toId('tag', tagId)] })).codes).toEqual(['BAD_ARGUMENT']);
  });
});

describe('a moment', () => {
  it('has the last sample at or before it', async () => {
    const query = 'query ($tagIds: [ID!]!, $at: DateTime!) { samplesAsOf(tagIds: $tagIds, at: $at) { tag { id } sample { time value quality status } } }';
    const asOf = async (at: string): Promise<unknown> => (await caller.ask(query, { tagIds: [toId('tag', tagId)], at })).data;
    expect(await asOf('2025-10-25T10:59:59Z')).toEqual({ samplesAsOf: [{ tag: { id: toId('tag', tagId) }, sample: { time: '2025-10-25T10:00:00.000Z', value: 10, quality: 'GOOD', status: 'Good' } }] });
    expect(await asOf('2020-01-01T00:00:00Z')).toEqual({ samplesAsOf: [{ tag: { id: toId('tag', tagId) }, sample: null }] });
  });

  it('between two samples has a value that says it is none', async () => {
    const query = 'query ($tagId: ID!, $from: DateTime!, $to: DateTime!) { interpolatedValues(tagId: $tagId, from: $from, to: $to, stepSeconds: 1800) { values { time value quality status interpolated } } }';
    const answer = await caller.ask(query, { tagId: toId('tag', tagId), from: '2025-10-25T10:00:00Z', to: '2025-10-25T11:00:00Z' });
    expect(answer.data).toEqual({
      interpolatedValues: { values: [
        { time: '2025-10-25T10:00:00.000Z', value: 10, quality: 'GOOD', status: 'Good', interpolated: false },
        { time: '2025-10-25T10:30:00.000Z', value: 10.5, quality: 'GOOD', status: 'Good', interpolated: true },
      ] },
    });
    expect((await caller.ask(query.replace('1800', '0'), { tagId: toId('tag', tagId), from: FROM, to: TO })).codes).toEqual(['BAD_ARGUMENT']);
  });
});
