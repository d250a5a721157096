import 'reflect-metadata';
import { runMain } from '@telltale/service-runtime';
import { apiSettings } from './api.settings.js';
import { startApi } from './start-api.js';

await runMain('api', apiSettings, startApi);
