/** Login roles of the platform. None is a superuser, none bypasses row security. */
export const SERVICE_ROLES = [
  'telltale_owner',
  'telltale_ingest',
  'telltale_historian',
  'telltale_insights',
  'telltale_alarms',
  'telltale_api',
  'telltale_queue',
] as const;
export type ServiceRole = (typeof SERVICE_ROLES)[number];

/** Group of the per-tenant login roles `g_<tenant id>` with which Grafana reads. */
export const GRAFANA_READER = 'grafana_reader';

/** How long a statement of a role may take: behind the api somebody waits for the answer. */
export const STATEMENT_LIMITS: Readonly<Partial<Record<ServiceRole, string>>> = { telltale_api: '10s' };
