import type { Dashboard, DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboardProvisioning, datasourceProvisioning } from './datasource.js';
import { siteOverview } from './site-overview.dashboard.js';
import { steamLeaks } from './steam-leaks.dashboard.js';
import { lineYield } from './yield.dashboard.js';

export { GRAFANA_MACROS, expandMacros } from './macros.js';

const BUILDERS: Readonly<Record<string, () => DashboardBuilder>> = {
  'site-overview': siteOverview,
  'steam-leaks': steamLeaks,
  yield: lineYield,
};

/** Every dashboard by file name, panels numbered from 1 as Grafana wants them. */
export function dashboards(): Readonly<Record<string, Dashboard>> {
  return Object.fromEntries(
    Object.entries(BUILDERS).map(([name, build]) => {
      const dashboard = build().build();
      let id = 0;
      for (const panel of dashboard.panels ?? []) panel.id = ++id;
      return [name, dashboard];
    }),
  );
}

/** The files below deploy/grafana. */
export function grafanaFiles(): readonly { readonly path: string; readonly text: string }[] {
  return [
    ...Object.entries(dashboards()).map(([name, dashboard]) => ({
      path: `deploy/grafana/dashboards/${name}.json`,
      text: `${JSON.stringify(dashboard, null, 2)}\n`,
    })),
    { path: 'deploy/grafana/provisioning/dashboards/telltale.yaml', text: dashboardProvisioning },
    { path: 'deploy/grafana/provisioning/datasources/acme.yaml', text: datasourceProvisioning({ slug: 'acme', tenantId: 1, grafanaOrgId: 1 }) },
    { path: 'deploy/grafana/provisioning/datasources/globex.yaml', text: datasourceProvisioning({ slug: 'globex', tenantId: 2, grafanaOrgId: 2 }) },
  ];
}
