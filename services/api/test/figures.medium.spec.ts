import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { PlantSetup, RegistryDatabase } from '@telltale/plant-registry';
import { columnsFrom, encodeBatch, type ContinuityRow, type Sample } from '@telltale/tag-sample';
import { openSeriesWriter } from '@telltale/time-series';
import { toId } from '../src/graphql/opaque-id.js';
import { ApiCaller } from './api-caller.js';
import { ServedPlants } from './served-plants.js';

let plants: ServedPlants;
let admin: pg.Client;
let caller: ApiCaller;
let seq = 500;
const MINUTE_US = 60_000_000;

beforeAll(async () => {
  plants = await ServedPlants.open();
  admin = new pg.Client({ connectionString: plants.database.adminUrl });
  await admin.connect();
  caller = await ApiCaller.signedIn(plants.url, plants.acme.people.viewer.email);
});
afterAll(async () => {
  await admin.end();
  await plants.close();
});

async function append(samples: readonly Sample[], continuity: readonly ContinuityRow[] = []): Promise<void> {
  const writer = openSeriesWriter(plants.database.urls.telltale_historian);
  const { tenant, gateway } = plants.acme.plant;
  const batch = { identity: { gatewayId: gateway.gatewayId, epoch: 2, seq: ++seq - 500 }, samples: columnsFrom([...samples]), continuity: [...continuity] };
  await writer.append([{ tenant, batch, encoded: encodeBatch(batch), receivedAtUs: Date.now() * 1000 }]);
  await writer.close();
}

/** A line of acme whose state was 1 (running) since some minutes before now and was asked for once a minute up to some minutes ago. */
async function runningLine(slug: string, sinceMinutes: number, untilMinutes: number, nowUs: number): Promise<{ lineId: number; tagId: number }> {
  const owner = await RegistryDatabase.open(plants.database.urls.telltale_owner);
  const setup = new PlantSetup(owner);
  const { tenant, site, endpointId } = plants.acme.plant;
  const { siteId } = site;
  const tag = { siteId, path: `acme/plant/${slug}-state`, name: slug, unit: '', kind: 'discrete' as const, endpointId, address: { nodeId: `ns=1;s=${slug}` }, scanIntervalMs: 60_000 };
  const [state] = await setup.tags(tenant, [tag]);
  const line = await setup.equipment(tenant, { siteId, level: 'line', slug, name: slug, path: slug });
  const tagId = state?.tagId ?? 0;
  await setup.line(tenant, { equipmentId: line.equipmentId, stateTagId: tagId, stateMap: { '1': { name: 'Run', element: 'running' } } });
  await owner.close();
  const minutes = Array.from({ length: sinceMinutes - untilMinutes + 1 }, (_, index) => sinceMinutes - index);
  await append(minutes.map((minute) => ({ tagId, value: 1, sourceTimeUs: nowUs - minute * MINUTE_US, serverTimeUs: nowUs, status: 0 })));
  return { lineId: line.equipmentId, tagId };
}

/** Moves the plant to where the sun stood highest an hour ago, as the recorded shift began: around midnight nothing is planned yet. */
async function letItBeMidday(): Promise<void> {
  const hoursAhead = 12 - new Date(Date.now() - 3_600_000).getUTCHours();
  const { tenant, site } = plants.acme.plant;
  const owner = await RegistryDatabase.open(plants.database.urls.telltale_owner);
  // Their sign is the other way round.
  await new PlantSetup(owner).site(tenant, { slug: site.slug, name: site.name, timeZone: `Etc/GMT${hoursAhead > 0 ? '-' : '+'}${Math.abs(hoursAhead)}` });
  await owner.close();
}

interface LineAnswer {
  readonly line: { readonly currentState: { state: string; from: string } | null; readonly timeline: readonly { state: string; from: string; to: string }[] };
}

async function lineOf(lineId: number, fromUs: number, toUs: number): Promise<LineAnswer['line']> {
  const query = 'query ($id: ID!, $from: DateTime!, $to: DateTime!) { line(id: $id) { currentState { state from } timeline(from: $from, to: $to) { state from to } } }';
  const answer = await caller.ask(query, { id: toId('equipment', lineId), from: iso(fromUs), to: iso(toUs) });
  expect(answer.codes).toEqual([]);
  return (answer.data as unknown as LineAnswer).line;
}
const iso = (timeUs: number): string => new Date(timeUs / 1000).toISOString();
const minutesAgo = (time: string, nowUs: number): number => Math.round((nowUs / 1000 - Date.parse(time)) / 60_000);

describe('a line', () => {
  it('is unknown since its gateway fell silent', async () => {
    const nowUs = Date.now() * 1000;
    const { lineId } = await runningLine('silent', 60, 20, nowUs);
    const { currentState, timeline } = await lineOf(lineId, nowUs - 60 * MINUTE_US, nowUs);
    expect(timeline.map(({ state, from, to }) => [state, minutesAgo(from, nowUs), minutesAgo(to, nowUs)])).toEqual([
      ['PRODUCING', 60, 20],
      ['UNKNOWN', 20, 0],
    ]);
    expect([currentState?.state, minutesAgo(currentState?.from ?? '', nowUs)]).toEqual(['UNKNOWN', 20]);
  });

  it('is what it was last seen as while its gateway speaks', async () => {
    const nowUs = Date.now() * 1000;
    const { lineId } = await runningLine('speaking', 60, 1, nowUs);
    const { currentState, timeline } = await lineOf(lineId, nowUs - 60 * MINUTE_US, nowUs);
    expect([currentState?.state, timeline.map(({ state }) => state)]).toEqual(['PRODUCING', ['PRODUCING']]);
  });

  it('has no current state before its first sample', async () => {
    expect((await lineOf(plants.acme.lineId, 0, 1_000_000)).timeline.map(({ state }) => state)).toEqual(['UNKNOWN']);
    await admin.query('update registry.line_setup set state_tag_id = null where equipment_id = $1', [plants.acme.lineId]);
    expect((await lineOf(plants.acme.lineId, 0, 1_000_000)).currentState).toBeNull();
  });

  it('is unknown in what nobody measured, but not in what was read later', async () => {
    const nowUs = Date.now() * 1000;
    const { lineId, tagId } = await runningLine('healed', 60, 1, nowUs);
    const stretch = (kind: 'gap' | 'backfilled', from: number, to: number): ContinuityRow => ({ tagIds: [tagId], kind, fromUs: nowUs - from * MINUTE_US, toUs: nowUs - to * MINUTE_US, reason: 'test' });
    await append([], [stretch('gap', 50, 30), stretch('backfilled', 50, 40)]);
    const { timeline } = await lineOf(lineId, nowUs - 60 * MINUTE_US, nowUs);
    expect(timeline.map(({ state, from, to }) => [state, minutesAgo(from, nowUs), minutesAgo(to, nowUs)])).toEqual([
      ['PRODUCING', 60, 40],
      ['UNKNOWN', 40, 30],
      ['PRODUCING', 30, 0],
    ]);
  });
});

describe('the evidence of a leak', () => {
  const evidence = (times = ''): ReturnType<ApiCaller['ask']> =>
    caller.ask(`query ($id: ID!) { leakAlert(id: $id) { evidence${times} { from to completeness series { role points { time value } } } } }`, { id: toId('leak alert', plants.acme.alarmId) });
  interface Evidence {
    readonly from: string;
    readonly to: string;
    readonly series: readonly { readonly points: readonly { time: string }[] }[];
  }
  const windowOf = async (times?: string): Promise<Evidence> => {
    const answer = await evidence(times);
    expect(answer.codes).toEqual([]);
    return (answer.data as { leakAlert: { evidence: Evidence } }).leakAlert.evidence;
  };

  it('is given for a leak of 100 days as for one of a day', async () => {
    for (const days of [1, 100]) {
      await admin.query(`update registry.detection set onset_at = now() - make_interval(days => $1) where tenant_id = $2`, [days, plants.acme.plant.tenant.tenantId]);
      const { from, to, series } = await windowOf();
      expect((Date.parse(to) - Date.parse(from)) / 86_400_000).toBeCloseTo(Math.min(32, days + 1 / 24), 3);
      expect(series[0]?.points.length).toBeGreaterThan(0);
      expect(series[0]?.points.every(({ time }) => time >= from && time < to)).toBe(true);
    }
  });

  it('is cut to what makes sense where too much is wanted', async () => {
    const { from, to } = await windowOf('(from: "1990-01-01T00:00:00Z", to: "9999-01-01T00:00:00Z")');
    expect(Date.parse(to) - Date.parse(from)).toBe(32 * 86_400_000);
  });

  it.each(['(from: "2026-02-01T00:00:00Z", to: "2026-01-01T00:00:00Z")', '(from: "2999-01-01T00:00:00Z")'])('is refused with a sentence for %s', async (times) => {
    const answer = await evidence(times);
    expect([answer.status, answer.codes]).toEqual([200, ['BAD_ARGUMENT']]);
  });

  it('and other stretches are refused outside of time as we know it', async () => {
    const samples = await caller.ask('query ($id: ID!) { samples(tagId: $id, from: "0001-01-01T00:00:00Z", to: "0001-01-02T00:00:00Z") { completeness } }', { id: toId('tag', plants.acme.plant.tags[0]?.tagId ?? 0) });
    expect(samples.codes).toEqual(['BAD_ARGUMENT']);
  });
});

describe('what is not known', () => {
  const FIELDS = 'loss { kgPerHour perHour { amount currency } sinceOnset { amount } co2KgSinceOnset energyKwhSinceOnset completeness }';
  const losses = async (): Promise<{ loss: Record<string, unknown>; overview: Record<string, unknown> }> => {
    const answer = await caller.ask(`query ($id: ID!, $site: ID!) { leakAlert(id: $id) { ${FIELDS} } site(id: $site) { overview { leakLossKgPerHour leakLossPerHour { amount } leakLossCompleteness } } }`, {
      id: toId('leak alert', plants.acme.alarmId),
      site: toId('site', plants.acme.plant.site.siteId),
    });
    expect(answer.codes).toEqual([]);
    const { leakAlert, site } = answer.data as { leakAlert: { loss: Record<string, unknown> }; site: { overview: Record<string, unknown> } };
    return { loss: leakAlert.loss, overview: site.overview };
  };

  it('is null, in the alert and in the sum, until somebody sets it', async () => {
    const bare = await losses();
    expect(bare.loss).toEqual({ kgPerHour: 40, perHour: null, sinceOnset: null, co2KgSinceOnset: null, energyKwhSinceOnset: null, completeness: null });
    expect(bare.overview).toEqual({ leakLossKgPerHour: 40, leakLossPerHour: null, leakLossCompleteness: null });
    await admin.query('update registry.pipe_run set steam_cost_per_tonne = 50, co2_kg_per_tonne = 200, energy_kwh_per_tonne = 700 where pipe_run_id = $1', [plants.acme.pipeRunId]);
    await admin.query(`update registry.detection set evidence = evidence || '{"completeness": 0.75}' where tenant_id = $1`, [plants.acme.plant.tenant.tenantId]);
    const known = await losses();
    expect(known.loss).toMatchObject({ perHour: { amount: 2, currency: 'EUR' }, co2KgSinceOnset: expect.any(Number), energyKwhSinceOnset: expect.any(Number), completeness: 0.75 });
    expect(known.overview['leakLossPerHour']).toEqual({ amount: 2 });
    expect(known.overview['leakLossCompleteness']).toBeLessThanOrEqual(0.75);
  });

  it('counts as missing in the completeness of the day: a line without rows beside one that told all', async () => {
    const today = async (): Promise<number> => {
      const answer = await caller.ask('query ($id: ID!) { site(id: $id) { overview { today { completeness } } } }', { id: toId('site', plants.acme.plant.site.siteId) });
      return (answer.data as { site: { overview: { today: { completeness: number } } } }).site.overview.today.completeness;
    };
    const lines = (await admin.query<{ lines: number }>('select count(*)::int as lines from registry.line_setup where tenant_id = $1', [plants.acme.plant.tenant.tenantId])).rows[0]?.lines ?? 0;
    expect(lines).toBeGreaterThan(1);
    await letItBeMidday();
    const share = await today();
    expect(share).toBeGreaterThan(0);
    expect(share).toBeLessThanOrEqual(1 / lines + 0.05);
  });
});
