import { parentPort, workerData } from 'node:worker_threads';
import { plantSimulatorSettings, startPlantSimulator, type RunningPlants } from '@telltale/plant-simulator';
import { StartError } from '@telltale/service-runtime/start-error';
import { readSettings } from '@telltale/service-settings';
import type { FromPlants, SimulatedPlant, ToPlants } from './plants-messages.js';

const tell = (message: FromPlants): void => parentPort?.postMessage(message);

function plantsOf({ ludwigshafen, pune }: RunningPlants): readonly SimulatedPlant[] {
  return [
    ...(ludwigshafen ? [{ layout: ludwigshafen.layout, connections: { opcua: ludwigshafen.opcUa }, leaks: ludwigshafen.groundTruth().leaks.length }] : []),
    ...(pune ? [{ layout: pune.layout, connections: { opcua: pune.opcUa, modbus: pune.modbus }, leaks: 0 }] : []),
  ];
}

try {
  const running = await startPlantSimulator(readSettings('plant-simulator', plantSimulatorSettings, workerData));
  parentPort?.on('message', (message: ToPlants) => {
    if (message.kind === 'leak') running.ludwigshafen?.control.startLeak(message.request);
    else void running.close().then(() => tell({ kind: 'closed' }));
  });
  tell({ kind: 'running', speed: running.clock.speed, plants: plantsOf(running) });
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  tell({ kind: 'failed', code: error.code, sentence: error.sentence, remedy: error.remedy });
}
