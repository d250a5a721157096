import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { pipeRunVariable, telltaleDashboard } from './dashboard.js';
import { abnormalFrom, figure, list, trend } from './panels.js';
import { openLeaks, SITE } from './sql.js';

const third = { width: 8, height: 5 };

/** For free exploration beside the console's pipe map: what leaks, what it costs, what the sensors say. */
export function steamLeaks(): DashboardBuilder {
  return telltaleDashboard('telltale-leaks', 'Telltale: steam leaks', 'Leak alerts of one plant and the air temperature along its pipes.')
    .time({ from: 'now-6h', to: 'now' })
    .withVariable(pipeRunVariable)
    .withPanel(figure({ title: 'Open leaks', description: 'Leak alerts that are not over.', unit: 'none',
      sql: `select count(*) as "leaks" from ${openLeaks}` }, third, abnormalFrom(1)))
    .withPanel(figure({ title: 'Steam lost', description: 'Estimated loss of all open leaks, kg/h.', unit: 'suffix: kg/h',
      sql: `select coalesce(sum(d.loss_kg_per_hour), 0) as "loss" from ${openLeaks}` }, third, abnormalFrom(1)))
    .withPanel(figure({ title: 'Cost', description: "Estimated cost of all open leaks per hour, in the tenant's currency.", unit: 'suffix:/h',
      sql: `select coalesce(sum(d.loss_kg_per_hour / 1000 * r.steam_cost_per_tonne), 0) as "cost" from ${openLeaks}` }, third, abnormalFrom(1)))
    .withPanel(list({ title: 'Leak alerts, dearest first', description: 'Place in metres from the beginning of the run.', unit: 'none',
      sql: `select r.name as "pipe run", d.position_m as "at m", d.position_plus_minus_m as "± m", d.excess_c as "excess °C", d.loss_kg_per_hour as "kg/h",
              d.onset_at as "since", a.state from ${openLeaks} order by d.loss_kg_per_hour desc nulls last` }, { width: 24, height: 7 }))
    .withPanel(trend({ title: 'Warmest sensors of the run', description: 'Air temperature, mean per bucket, of the eight sensors with the highest value in the time range.', unit: 'celsius',
      sql: `with warm as (
              select s.tag_id, s.position_m, series.tag_highest(s.tag_id, $__timeFrom(), $__timeTo()) as top
              from registry.pipe_sensor s where s.pipe_run_id = $run order by top desc nulls last limit 8)
            select b.bucket as "time", round(w.position_m::numeric, 1) || ' m' as "metric", b.mean as "value"
            from warm w cross join lateral series.tag_buckets(w.tag_id, $__timeFrom(), $__timeTo(), '$__interval'::interval) b
            order by b.bucket` }, { width: 24, height: 10 }))
    .withPanel(trend({ title: 'Pipe temperature and pressure', description: 'What the pipe itself does: a start-up or stop moves all sensors together.', unit: 'none',
      sql: `select b.bucket as "time", t.name || ' ' || t.unit as "metric", b.mean as "value"
            from registry.pipe_run r join registry.tag t on t.tag_id in (r.pipe_temperature_tag_id, r.pressure_tag_id)
            cross join lateral series.tag_buckets(t.tag_id, $__timeFrom(), $__timeTo(), '$__interval'::interval) b
            where r.pipe_run_id = $run order by b.bucket` }, { width: 12, height: 8 }))
    .withPanel(list({ title: 'What past alerts turned out to be', description: 'Outcomes that people recorded: the reliability of the detector.', unit: 'none',
      sql: `select coalesce(a.outcome, 'not recorded') as "outcome", count(*) as "alerts", min(a.raised_at) as "first", max(a.raised_at) as "last"
            from registry.alarm a where a.site_id = ${SITE} and a.kind = 'leak' group by 1 order by 2 desc` }, { width: 12, height: 8 }));
}
