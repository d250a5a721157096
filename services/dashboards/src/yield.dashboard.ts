import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { lineVariable, telltaleDashboard } from './dashboard.js';
import { abnormalBelow, bars, figure, list, trend } from './panels.js';
import { element, latestShiftYields, ratio, yieldRatio } from './sql.js';

const ofLine = `with y as (select * from (${latestShiftYields}) all_lines where all_lines.equipment_id = $line)`;
const quarter = { width: 6, height: 5 };

/** Where a line loses its time: ISO 22400 ratios from summed elements, never means of ratios. */
export function lineYield(): DashboardBuilder {
  return telltaleDashboard('telltale-yield', 'Telltale: yield', 'Yield, OEE and losses of one line.')
    .time({ from: 'now-7d', to: 'now' })
    .withVariable(lineVariable)
    .withPanel(figure({ title: 'Yield', description: 'Good ÷ produced items, GQ/PQ.', unit: 'percentunit', sql: `${ofLine} select ${yieldRatio} as "yield" from y` }, quarter))
    .withPanel(figure({ title: 'Availability', description: 'Actual production time ÷ planned busy time, APT/PBT.', unit: 'percentunit', sql: `${ofLine} select ${ratio('aptS', 'pbtS')} as "availability" from y` }, quarter))
    .withPanel(figure({ title: 'Effectiveness', description: 'Ideal time of what was produced ÷ actual production time, PRI·PQ/APT. Above 100 % the ideal rate is set wrong.', unit: 'percentunit', sql: `${ofLine} select ${ratio('priPqS', 'aptS')} as "effectiveness" from y` }, quarter))
    .withPanel(figure({ title: 'Completeness', description: 'Mean share of the shifts in which the state of the line, its product and its counters are known.', unit: 'percentunit', sql: `${ofLine} select avg(y.completeness) as "completeness" from y` }, quarter, abnormalBelow(0.98)))
    .withPanel(trend({ title: 'OEE and yield per shift', description: 'One point per shift, at its start.', unit: 'percentunit',
      sql: `${ofLine} select y.shift_start as "time", ${ratio('priGqS', 'pbtS')} as "OEE", ${yieldRatio} as "yield" from y group by y.shift_start order by y.shift_start` }, { width: 12, height: 9 }))
    .withPanel(bars({ title: 'Where the time went', description: 'Minutes of planned busy time that gave no good item, in the time range.', unit: 'm',
      sql: `${ofLine}, loss as (
              select d.key as reason, d.value::float8 as seconds from y cross join lateral jsonb_each_text(y.elements->'downtimeByReason') d
              union all select 'set-up', ${element('austS')} from y
              union all select 'speed', greatest(0, ${element('aptS')} - ${element('priPqS')}) from y
              union all select 'scrap', ${element('priPqS')} - ${element('priGqS')} from y
              union all select 'not known', ${element('unknownS')} from y)
            select reason, sum(seconds) / 60 as "minutes" from loss group by reason having sum(seconds) > 0 order by 2 desc` }, { width: 12, height: 9 }))
    .withPanel(list({ title: 'Shifts', description: 'Newest revision of every shift. Provisional figures may still change.', unit: 'none',
      sql: `${ofLine} select y.shift_start as "start", y.shift_name as "shift", y.status, y.revision, ${element('gq')} as "good", ${element('sq')} as "reject", y.completeness from y order by y.shift_start desc` }, { width: 12, height: 9 }))
    .withPanel(list({ title: 'Restatements', description: 'Shifts whose figures changed after they were final, with the reason.', unit: 'none',
      sql: `select y.shift_start as "start", y.revision, y.computed_at as "computed", y.restatement_reason as "reason", ${element('gq')} as "good", ${element('sq')} as "reject"
            from registry.shift_yield y where y.equipment_id = $line and y.product_id = 0 and y.restatement_reason is not null and $__timeFilter(y.shift_start)
            order by y.computed_at desc limit 100` }, { width: 12, height: 9 }));
}
