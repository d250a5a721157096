import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Panel, RowPanel } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboards, expandMacros } from '../src/index.js';
import { NOW, seedPlants, type SeededPlants } from './seeded-plants.js';

interface PanelQuery {
  readonly dashboard: string;
  readonly panel: string;
  readonly type: string;
  readonly format: string;
  readonly sql: string;
}

const RANGE = { from: new Date(NOW.getTime() - 24 * 3_600_000).toISOString(), to: NOW.toISOString(), interval: '5m' };
const TIME = 1184;
const NUMBERS = [20, 21, 23, 700, 701, 1700];

const isPanel = (panel: Panel | RowPanel): panel is Panel => 'targets' in panel;

function queries(): PanelQuery[] {
  return Object.entries(dashboards()).flatMap(([dashboard, { panels }]) =>
    (panels ?? []).filter(isPanel).flatMap((panel) =>
      (panel.targets ?? []).map((target) => {
        const { rawSql, format } = target as unknown as { rawSql: string; format: string };
        return { dashboard, panel: panel.title ?? '', type: panel.type, format, sql: rawSql };
      }),
    ),
  );
}

/** There is no Grafana here: its macros are expanded as it does, and the SQL runs as the tenant's own role. */
describe('Grafana panels', () => {
  let plants: SeededPlants;
  let variables: Record<string, string>;

  beforeAll(async () => {
    plants = await seedPlants();
    const id = async (sql: string): Promise<string> => String((await plants.grafana.query<{ id: number }>(sql)).rows[0]?.id);
    variables = {
      site: await id('select site_id as id from registry.site'),
      run: await id('select pipe_run_id as id from registry.pipe_run'),
      line: await id('select equipment_id as id from registry.line_setup'),
    };
  }, 60_000);
  afterAll(() => plants.close());

  test('three dashboards, each panel with a description and one query', () => {
    expect(Object.keys(dashboards())).toEqual(['site-overview', 'steam-leaks', 'yield']);
    for (const { panels } of Object.values(dashboards())) {
      for (const panel of (panels ?? []).filter(isPanel)) expect(panel.description ?? '').toMatch(/.{20,}/);
    }
    expect(queries().length).toBeGreaterThanOrEqual(20);
  });

  test.each(queries())('$dashboard: $panel', async ({ sql, format, type }) => {
    const { rows, fields } = await plants.grafana.query<Record<string, unknown>>(expandMacros(sql, RANGE, variables));
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain('second');
    if (format === 'time_series') {
      expect(fields[0]).toMatchObject({ name: 'time', dataTypeID: TIME });
      expect(fields.slice(1).some(({ dataTypeID }) => NUMBERS.includes(dataTypeID))).toBe(true);
      const times = rows.map((row) => Number(row['time']));
      expect(times).toEqual([...times].sort((a, b) => a - b));
    }
    if (type === 'stat') {
      expect(rows).toHaveLength(1);
      expect(NUMBERS).toContain(fields[0]?.dataTypeID);
      expect(Number.isFinite(Number(Object.values(rows[0] ?? {})[0]))).toBe(true);
    }
  });

  test.each(Object.entries(dashboards()))('variables of %s offer what the tenant has', async (_name, dashboard) => {
    for (const variable of dashboard.templating?.list ?? []) {
      const { rows } = await plants.grafana.query<{ __text: string; __value: number }>(expandMacros(typeof variable.query === 'string' ? variable.query : '', RANGE, variables));
      expect(rows).toHaveLength(1);
      expect(rows[0]?.__text).toContain('first');
    }
  });
});
