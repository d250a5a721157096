import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunningService } from '@telltale/service-runtime';
import type { DataFolder } from './data-folder.js';
import type { SimulatedPlants } from './simulated-plants.js';

const AFTER_MS = 90_000;
const AMPLITUDE_C = 18;
/** Share of the run's length; each start leaks somewhere else. */
const PLACES = [0.62, 0.31, 0.78, 0.47];

/** Where the simulated plants say about themselves that they are not real; the api shows it on every page. */
export const simulationFile = (folder: DataFolder): string => join(folder.path, 'simulation.json');

/** Opens a leak on the first pipe run some 90 s after the start, so that a visitor sees one happen. Real time: nothing is compressed. */
export function scriptLeak(simulated: SimulatedPlants, folder: DataFolder, print: (line: string) => void): RunningService | null {
  const steam = simulated.plants.find(({ layout }) => layout.pipeRuns.length > 0);
  const before = steam?.leaks ?? 0;
  const run = steam?.layout.pipeRuns[before % (steam.layout.pipeRuns.length || 1)];
  if (steam === undefined || run === undefined) return null;
  const startsAt = new Date(Date.now() + AFTER_MS);
  const positionM = Math.round(run.lengthM * (PLACES[before % PLACES.length] ?? 0.5) * 10) / 10;
  const title = `Steam leak on ${run.name} at ${positionM} m`;
  const plantOf = (scripted: object[]): object => ({ speed: simulated.speed, scripted });
  writeFileSync(
    simulationFile(folder),
    JSON.stringify({ 'acme/ludwigshafen': plantOf([{ title, startsAt: startsAt.toISOString() }]), 'globex/pune': plantOf([]) }),
  );
  const timer = setTimeout(() => {
    simulated.startLeak({ pipeRun: run.slug, positionM, amplitudeC: AMPLITUDE_C });
    print(`${title} begins now. The alert follows when the detector is sure, in three to five minutes.`);
  }, AFTER_MS);
  return {
    name: 'scripted leak',
    notReady: () => Promise.resolve([]),
    close: () => {
      clearTimeout(timer);
      return Promise.resolve();
    },
  };
}
