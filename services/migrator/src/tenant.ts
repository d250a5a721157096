import { runTask } from '@telltale/service-runtime';
import { introduceTenant, tenantSettings } from './index.js';

await runTask('tenant', tenantSettings, introduceTenant);
