import 'reflect-metadata';
import { runMain } from '@telltale/service-runtime/run-main';
import { standaloneSettings } from './standalone.settings.js';
import { startStandalone } from './start-standalone.js';

await runMain('Telltale', standaloneSettings, startStandalone);
