import { DashboardBuilder, QueryVariableBuilder, VariableRefresh } from '@grafana/grafana-foundation-sdk/dashboard';
import { TELLTALE } from './postgres-query.js';

const variable = (name: string, label: string, sql: string): QueryVariableBuilder =>
  new QueryVariableBuilder(name).label(label).datasource(TELLTALE).query(sql).refresh(VariableRefresh.OnDashboardLoad);

export const siteVariable = variable('site', 'Plant', 'select name as __text, site_id as __value from registry.site order by name');

export const pipeRunVariable = variable(
  'run',
  'Pipe run',
  'select name as __text, pipe_run_id as __value from registry.pipe_run where site_id = $site order by name',
);

export const lineVariable = variable(
  'line',
  'Line',
  `select e.name as __text, e.equipment_id as __value from registry.equipment e
   join registry.line_setup l on l.tenant_id = e.tenant_id and l.equipment_id = e.equipment_id
   where e.site_id = $site order by e.name`,
);

/** A dashboard as every Telltale dashboard is: read-only, plant time, refreshed, linked to the others by tag. */
export function telltaleDashboard(uid: string, title: string, description: string): DashboardBuilder {
  return new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags(['telltale'])
    .readonly()
    .timezone('browser')
    .refresh('30s')
    .withVariable(siteVariable);
}
