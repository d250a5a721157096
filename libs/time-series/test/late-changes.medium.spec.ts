import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { columnsFrom, encodeBatch, Status } from '@telltale/tag-sample';
import { openCompactor, openSeriesReader, openSeriesWriter, type TimeRange } from '../src/index.js';
import { startSeriesCluster, type SeriesCluster } from './series-cluster.js';

const TENANT = { tenantId: 31 };
const MINUTE = 60_000_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Clocks go back in Berlin on this day, at 01:00 UTC; it begins at 22:00 UTC and has 25 hours. */
const FROM = Date.UTC(2026, 9, 24, 22) * 1_000;
const DAYS: readonly TimeRange[] = [
  { fromUs: FROM, toUs: FROM + 25 * HOUR },
  { fromUs: FROM + 25 * HOUR, toUs: FROM + 49 * HOUR },
];
const NIGHT: TimeRange = { fromUs: FROM, toUs: FROM + 7 * HOUR };

describe('what changes after a shift or a day is over', () => {
  let cluster: SeriesCluster;
  let writer: ReturnType<typeof openSeriesWriter>;
  let reader: ReturnType<typeof openSeriesReader>;
  let compactor: ReturnType<typeof openCompactor>;
  let seq = 0;
  let clockUs = 0;

  beforeAll(async () => {
    cluster = await startSeriesCluster();
    writer = openSeriesWriter(cluster.url('telltale_historian'), { now: () => clockUs });
    reader = openSeriesReader(cluster.url('telltale_api'));
    compactor = openCompactor(cluster.url('telltale_historian'));
    const minutes = (fromUs: number, count: number): Change[] => Array.from({ length: count }, (_, i) => [fromUs + i * MINUTE, i]);
    // As live data comes: hour by hour, each folded a little after its end.
    for (let hour = 0; hour < 49; hour++) await come(FROM + (hour + 1) * HOUR + MINUTE, minutes(FROM + hour * HOUR, 60));
  }, 60_000);
  afterAll(async () => {
    await Promise.all([writer?.close(), reader?.close(), compactor?.close()]);
    await cluster?.close();
  });

  type Change = readonly [atUs: number, value: number];
  const come = async (receivedAtUs: number, changes: readonly Change[], tagId = 1): Promise<void> => {
    await append(receivedAtUs, changes, tagId);
    await compact(receivedAtUs);
  };
  const append = async (receivedAtUs: number, changes: readonly Change[], tagId: number): Promise<void> => {
    const samples = columnsFrom(changes.map(([sourceTimeUs, value]) => ({ tagId, value, sourceTimeUs, serverTimeUs: receivedAtUs, status: Status.Good })));
    clockUs = receivedAtUs;
    const batch = { identity: { gatewayId: 31, epoch: 1, seq: ++seq }, samples, continuity: [] };
    await writer.append([{ tenant: TENANT, batch, encoded: encodeBatch(batch), receivedAtUs }]);
  };
  const compact = async (receivedAtUs: number): Promise<void> => {
    while ((await compactor.fold(TENANT, { nowUs: receivedAtUs, untilUs: Number.MAX_SAFE_INTEGER }))!.blocks > 0);
    while ((await compactor.merge(TENANT, { nowUs: receivedAtUs }))!.windows > 0);
  };
  const summaries = async (intervals: readonly TimeRange[], tagId = 1): Promise<readonly (readonly [count: number, max: number | null, revision: number, revisedAtUs: number | null])[]> =>
    ((await reader.summaries(TENANT, [tagId], intervals))[0]?.summaries ?? []).map(({ count, max, revision, revisedAtUs }) => [count, max, revision, revisedAtUs]);

  it('is nothing while data comes in time, and every day has its real length', async () => {
    expect(await summaries(DAYS)).toEqual([
      [1_500, 59, 0, null],
      [1_440, 59, 0, null],
    ]);
  });

  it('is one revision of exactly the intervals that hold the late sample', async () => {
    const at = FROM + 3 * DAY;
    await come(at, [[FROM + 10 * HOUR + 1, 700]]);
    expect(await summaries(DAYS)).toEqual([
      [1_501, 700, 1, at],
      [1_440, 59, 0, null],
    ]);
    expect(await summaries([NIGHT])).toEqual([[420, 59, 0, null]]);
    const shifts = [8, 16].map((hour) => ({ fromUs: FROM + (hour - 8) * HOUR, toUs: FROM + hour * HOUR }));
    expect((await summaries(shifts)).map(([, , revision]) => revision)).toEqual([0, 1]);
  });

  it('counts no replay, and a better value of a known time once', async () => {
    const before = await summaries(DAYS);
    await come(FROM + 4 * DAY, [[FROM + 10 * HOUR + 1, 700]]);
    expect((await summaries(DAYS)).map(([count, , revision]) => [count, revision])).toEqual([
      [1_501, 1],
      [1_440, 0],
    ]);
    expect(await summaries(DAYS)).toEqual(before);
    await come(FROM + 5 * DAY, [[FROM + 10 * HOUR + 1, 800]]);
    expect((await summaries(DAYS))[0]).toEqual([1_501, 800, 2, FROM + 5 * DAY]);
  });

  it('is one revision however many pieces come within a quarter of an hour', async () => {
    const at = FROM + 20 * DAY;
    for (let i = 0; i < 4; i++) await come(at + i * MINUTE, [[FROM + 2 * HOUR + i, 900 + i]], 3);
    await come(at + 20 * MINUTE, [[FROM + 3 * HOUR, 1]], 3);
    expect((await summaries(DAYS, 3))[0]).toEqual([5, 903, 2, at + 20 * MINUTE]);
    expect(await cluster.admin('select from series.late_change where tag_id = 3')).toHaveLength(2);
  });

  it('is no revision of what was not over yet', async () => {
    // Nine hours late: the shift was over, the day was not.
    const day = FROM + 10 * DAY;
    await come(day + 20 * HOUR, [[day + 10 * HOUR, 5]], 2);
    expect(await summaries([{ fromUs: day, toUs: day + DAY }, { fromUs: day + DAY, toUs: day + 2 * DAY }], 2)).toEqual([
      [1, 5, 0, null],
      [0, null, 0, null],
    ]);
    expect(await summaries([{ fromUs: day + 8 * HOUR, toUs: day + 16 * HOUR }], 2)).toEqual([[1, 5, 1, day + 20 * HOUR]]);
  });

  it('is nothing of what came in time and was folded long after, and all of what came late meanwhile', async () => {
    const from = FROM + 40 * DAY;
    // No compaction for forty minutes, across the end of a shift.
    for (let i = 0; i < 40; i++) await append(from + (i + 1) * MINUTE, [[from + i * MINUTE, i]], 4);
    await append(from + 22 * MINUTE, [[from - HOUR, 5]], 4);
    await append(from + 39 * MINUTE, [[from - HOUR + 1, 6]], 4);
    await compact(from + 41 * MINUTE);
    const intervals = [
      { fromUs: from - HOUR, toUs: from },
      { fromUs: from, toUs: from + 10 * MINUTE },
      { fromUs: from + 10 * MINUTE, toUs: from + 40 * MINUTE },
    ];
    expect(await summaries(intervals, 4)).toEqual([
      [2, 6, 2, from + 39 * MINUTE],
      [10, 9, 0, null],
      [30, 39, 0, null],
    ]);
  });

  it('is what Grafana reads per day of the plant', async () => {
    const grafana = await cluster.grafana(TENANT.tenantId);
    const { rows } = await grafana.query(`select day::text, n::int4, max, revision::int4, completeness from series.tag_days(1, to_timestamp($1), to_timestamp($2), 'Europe/Berlin')`, [FROM / 1e6, (FROM + 49 * HOUR) / 1e6]);
    const other = await grafana.query(`select * from series.tag_days(1, to_timestamp($1), to_timestamp($1), 'Europe/Berlin')`, [FROM / 1e6]);
    await grafana.end();
    expect(rows).toEqual([
      { day: '2026-10-25', n: 1_501, max: 800, revision: 2, completeness: 1 },
      { day: '2026-10-26', n: 1_440, max: 59, revision: 0, completeness: expect.closeTo(1, 2) },
    ]);
    expect(other.rows).toEqual([]);
  });

  it('is asked of whole minutes only, as services ask', async () => {
    const grafana = await cluster.grafana(TENANT.tenantId);
    const ask = (fromUs: number) => grafana.query('select * from series.tag_intervals(1, array[to_timestamp($1)], array[to_timestamp($2)])', [fromUs / 1e6, (FROM + HOUR) / 1e6]);
    expect((await ask(FROM)).rows).toHaveLength(1);
    await expect(ask(FROM + 30_000_000)).rejects.toThrow('An interval does not begin and end on a whole minute');
    await grafana.end();
  });

  it('goes after three years where hours stay for ever, unless a hold is on it', async () => {
    const left = async (): Promise<number> => (await cluster.admin('select from series.late_change where tenant_id = $1', [TENANT.tenantId])).length;
    const before = await left();
    await cluster.admin(`insert into series.late_change values ($1, 9, $2::int8, $2::int8, $2::int8, repeat('0', 96)::bit(96)), ($1, 8, $2::int8, $2::int8, $2::int8, repeat('0', 96)::bit(96))`, [TENANT.tenantId, FROM - 2 * HOUR - 1_000 * DAY]);
    await cluster.admin(`insert into series.legal_hold (tenant_id, tag_ids, from_us, to_us, reason, placed_at_us) values ($1, '{8}', 0, $2, 'Court', 0)`, [TENANT.tenantId, FROM]);
    await compactor.retire(TENANT, { nowUs: FROM + 90 * DAY });
    expect(await left()).toBe(before + 2);
    await compactor.retire(TENANT, { nowUs: FROM + 97 * DAY });
    expect(await left()).toBe(before + 1);
    await cluster.admin('delete from series.legal_hold where tenant_id = $1', [TENANT.tenantId]);
    await compactor.retire(TENANT, { nowUs: FROM + 97 * DAY });
    expect(await left()).toBe(before);
  });

  it('goes with the hours it tells of', async () => {
    await cluster.admin(`insert into series.retention_class values ($1, 'default', 1, 1, 1, 1)`, [TENANT.tenantId]);
    for (let left = 1; left > 0;) left = Object.values((await compactor.retire(TENANT, { nowUs: FROM + 400 * DAY }))!).reduce((sum, n) => sum + n, 0);
    expect(await cluster.admin('select from series.late_change where tenant_id = $1', [TENANT.tenantId])).toEqual([]);
  });
});
