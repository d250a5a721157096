import { runMain } from '@telltale/service-runtime';
import { startPlantSimulator } from './plant-simulator.service.js';
import { plantSimulatorSettings } from './plant-simulator.settings.js';

await runMain('plant-simulator', plantSimulatorSettings, startPlantSimulator);
