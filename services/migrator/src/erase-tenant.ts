import { runTask } from '@telltale/service-runtime';
import { eraseSamples, eraseTenantSettings } from './index.js';

await runTask('erase-tenant', eraseTenantSettings, eraseSamples);
