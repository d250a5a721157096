import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { telltaleDashboard } from './dashboard.js';
import { abnormalBelow, abnormalFrom, figure, list, trend } from './panels.js';
import { latestShiftYields, openLeaks, ratio, SITE, yieldRatio } from './sql.js';

const quarter = { width: 6, height: 5 };

/** What a plant manager wants to know in five seconds, and whether it can be trusted. */
export function siteOverview(): DashboardBuilder {
  return telltaleDashboard('telltale-site', 'Telltale: plant overview', 'Yield, leaks and the state of the data of one plant.')
    .time({ from: 'now-24h', to: 'now' })
    .withPanel(figure({ title: 'Yield', description: 'Good ÷ produced items (GQ/PQ) of all lines, shifts that start in the time range.', unit: 'percentunit',
      sql: `with y as (${latestShiftYields}) select ${yieldRatio} as "yield" from y` }, quarter))
    .withPanel(figure({ title: 'OEE', description: 'Ideal time of the good items ÷ planned busy time (PRI·GQ/PBT), from summed elements.', unit: 'percentunit',
      sql: `with y as (${latestShiftYields}) select ${ratio('priGqS', 'pbtS')} as "oee" from y` }, quarter))
    .withPanel(figure({ title: 'Completeness', description: 'Mean share of the shifts in which the state of the line is known. Below 98 % read the figures with care.', unit: 'percentunit',
      sql: `with y as (${latestShiftYields}) select avg(y.completeness) as "completeness" from y` }, quarter, abnormalBelow(0.98)))
    .withPanel(figure({ title: 'Open leaks', description: 'Leak alerts that are not over.', unit: 'none',
      sql: `select count(*) as "leaks" from ${openLeaks}` }, quarter, abnormalFrom(1)))
    .withRow(new RowBuilder('Yield'))
    .withPanel(trend({ title: 'Yield per line and shift', description: 'One point per shift, at its start.', unit: 'percentunit',
      sql: `with y as (${latestShiftYields})
            select y.shift_start as "time", e.name as "metric", ${yieldRatio} as "value"
            from y join registry.equipment e on e.equipment_id = y.equipment_id
            group by y.shift_start, e.name order by y.shift_start` }, { width: 12, height: 9 }))
    .withPanel(list({ title: 'Alarms', description: 'All alarms that want a person, most urgent first.', unit: 'none',
      sql: `select a.raised_at as "raised", a.priority, a.title, a.state, a.action as "what to do"
            from registry.alarm a where a.site_id = ${SITE} and a.state <> 'normal'
            order by a.priority, a.raised_at desc limit 50` }, { width: 12, height: 9 }))
    .withRow(new RowBuilder('Data'))
    .withPanel(trend({ title: 'Samples per hour', description: 'All tags of the plant; a fall says that data is missing. The present hour is not full yet.', unit: 'short',
      sql: `select c.bucket as "time", c.good as "good", c.n - c.good as "not good"
            from series.sample_counts(array(select t.tag_id from registry.tag t where t.site_id = ${SITE}), $__timeFrom(), $__timeTo()) c
            order by c.bucket` }, { width: 12, height: 8 }))
    .withPanel(list({ title: 'Gaps', description: 'Stretches without data in the time range, with the reason, the longest first.', unit: 'none',
      sql: `select c.reason, c.kind, count(distinct c.tag_id) as "tags", min(c.from_time) as "from", max(c.to_time) as "to"
            from series.continuity_entry c join registry.tag t on t.tag_id = c.tag_id and t.site_id = ${SITE}
            where c.kind <> 'backfilled' and c.to_time > $__timeFrom() and c.from_time < $__timeTo()
            group by c.reason, c.kind, c.from_time order by max(c.to_time) - min(c.from_time) desc limit 50` }, { width: 12, height: 8 }));
}
