import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { LeakRequest } from '@telltale/plant-simulator';
import { StartError } from '@telltale/service-runtime/start-error';
import type { RunningService } from '@telltale/service-runtime';
import type { DataFolder } from './data-folder.js';
import type { KeptPorts } from './kept-ports.js';
import type { FromPlants, SimulatedPlant, ToPlants } from './plants-messages.js';

/** The simulated plants, in a thread of their own: they and their servers get ready beside everything else. */
export interface SimulatedPlants extends RunningService {
  readonly speed: number;
  readonly plants: readonly SimulatedPlant[];
  /** On the steam network, now. */
  startLeak(request: LeakRequest): void;
}

const CLOSE_MS = 10_000;

async function answerOf(worker: Worker): Promise<FromPlants> {
  // Rejects with what the thread met unexpectedly.
  const [message]: FromPlants[] = await once(worker, 'message');
  if (message === undefined) throw new Error('The thread of the simulated plants said nothing.');
  return message;
}

export async function startPlants(folder: DataFolder, { opcua, modbus }: KeptPorts, logLevel: string): Promise<SimulatedPlants> {
  const given = { PLANT_DATA_DIR: folder.plants, OPCUA_PORT: String(opcua), MODBUS_PORT: String(modbus), LOG_LEVEL: logLevel };
  const worker = new Worker(new URL('./plants-thread.js', import.meta.url), { workerData: given });
  const answer = await answerOf(worker);
  if (answer.kind === 'failed') throw new StartError(answer.code, answer.sentence, answer.remedy);
  if (answer.kind === 'closed') throw new Error('The thread of the simulated plants ended at once.');
  const ask = (message: ToPlants): void => worker.postMessage(message);
  let closing: Promise<void> | undefined;
  return {
    name: 'simulated plants',
    speed: answer.speed,
    plants: answer.plants,
    startLeak: (request) => ask({ kind: 'leak', request }),
    notReady: () => Promise.resolve(closing ? ['the simulated plants are being closed'] : []),
    close: () =>
      (closing ??= (async () => {
        ask({ kind: 'close' });
        await Promise.race([answerOf(worker), pause(CLOSE_MS, undefined, { ref: false })]);
        await worker.terminate();
      })()),
  };
}
