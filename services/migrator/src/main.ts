import { runTask } from '@telltale/service-runtime';
import { migrate, migratorSettings } from './index.js';

await runTask('migrator', migratorSettings, migrate);
