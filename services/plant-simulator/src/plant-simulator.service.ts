import { createLogger, StartError, type RunningService } from '@telltale/service-runtime';
import { PlantClock } from './clock/plant-clock.js';
import { ludwigshafenLayout } from './layout/ludwigshafen.layout.js';
import { puneLayout } from './layout/pune.layout.js';
import type { PlantLayout, SiteSlug } from './layout/plant-layout.js';
import type { PlantSimulatorSettings } from './plant-simulator.settings.js';
import { startProductionSite, type ProductionSite } from './production-site.js';
import { startSteamSite, type SteamSite } from './steam-site.js';

export interface RunningPlants extends RunningService {
  readonly clock: PlantClock;
  /** The plants that were asked for. */
  readonly ludwigshafen?: SteamSite;
  readonly pune?: ProductionSite;
}

const LAYOUTS: Readonly<Record<SiteSlug, PlantLayout>> = { ludwigshafen: ludwigshafenLayout, pune: puneLayout };

/** Equipment, tags, pipe runs, lines and products of a simulated site, to seed a registry with. */
export const plantLayout = (site: SiteSlug): PlantLayout => LAYOUTS[site];

/** Starts the plants one after the other and closes what was started when a later one fails. */
export async function startPlantSimulator(settings: PlantSimulatorSettings): Promise<RunningPlants> {
  const logger = createLogger('plant-simulator', settings.LOG_LEVEL);
  const clock = new PlantClock({ speed: settings.PLANT_SPEED, ...(settings.PLANT_START === undefined ? {} : { startUs: Date.parse(settings.PLANT_START) * 1000 }) });
  const wanted = new Set<SiteSlug>(settings.PLANT_SITES);
  const portOf = (offset: number): number => (settings.OPCUA_PORT === 0 ? 0 : settings.OPCUA_PORT + offset);
  let ludwigshafen: SteamSite | undefined;
  let pune: ProductionSite | undefined;
  try {
    if (wanted.has('ludwigshafen')) ludwigshafen = await startSteamSite(settings, clock, portOf(0));
    if (wanted.has('pune')) pune = await startProductionSite(settings, clock, portOf(ludwigshafen ? 1 : 0));
  } catch (error) {
    await ludwigshafen?.close();
    throw fileError(error, settings.PLANT_DATA_DIR);
  }
  if (ludwigshafen) logger.info({ opcUa: ludwigshafen.opcUa.url }, 'steam plant ludwigshafen is running');
  if (pune) logger.info({ opcUa: pune.opcUa.url, modbus: pune.modbus }, 'packaging plant pune is running');
  let closing: Promise<void> | undefined;
  return {
    name: 'plant-simulator',
    clock,
    ...(ludwigshafen ? { ludwigshafen } : {}),
    ...(pune ? { pune } : {}),
    notReady: () => Promise.resolve(closing ? ['the simulated plants are being closed'] : []),
    close: () => (closing ??= Promise.all([ludwigshafen?.close(), pune?.close()]).then(() => undefined)),
  };
}

function fileError(error: unknown, folder: string): unknown {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (code !== 'EACCES' && code !== 'ENOTDIR' && code !== 'EROFS' && code !== 'EEXIST') return error;
  return new StartError('PLANT_DATA_DIR_UNUSABLE', `The folder ${folder} can't be written`, 'Set PLANT_DATA_DIR to a folder this user may write to', { cause: error });
}
