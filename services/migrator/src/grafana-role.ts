import { runTask } from '@telltale/service-runtime';
import { grafanaRoleSettings, makeGrafanaRole } from './index.js';

await runTask('grafana-role', grafanaRoleSettings, makeGrafanaRole);
