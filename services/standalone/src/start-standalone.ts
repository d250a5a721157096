import { once } from 'node:events';
import { createServer } from 'node:net';
import { StartError } from '@telltale/service-runtime/start-error';
import type { RunningService } from '@telltale/service-runtime';
import { openDataFolder } from './data-folder.js';
import { startPostgres } from './embedded-database.js';
import { keptPorts } from './kept-ports.js';
import { startPlants } from './simulated-plants.js';
import type { StandaloneSettings } from './standalone.settings.js';
import { StepPrinter } from './step-printer.js';

/** Fails before anything is started when the port is taken. */
async function assertPortFree(host: string, port: number): Promise<void> {
  const probe = createServer();
  try {
    await once(probe.listen(port, host), 'listening');
  } catch (error) {
    throw new StartError('PORT_TAKEN', `Port ${port} is taken by another program`, 'Stop that program or set PORT to a free port', { cause: error });
  } finally {
    probe.close();
  }
}

/** The plant in a box: embedded Postgres, two simulated plants with a gateway each, every service, the console. */
export async function startStandalone(settings: StandaloneSettings): Promise<RunningService> {
  const printer = new StepPrinter((line) => process.stdout.write(`${line}\n`));
  await assertPortFree(settings.TELLTALE_HOST, settings.PORT);
  const folder = openDataFolder(settings.TELLTALE_DATA_DIR);
  const opened: RunningService[] = [];
  let postgres: ReturnType<typeof startPostgres> | undefined;
  let plants: ReturnType<typeof startPlants> | undefined;
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> =>
    (closing ??= (async () => {
      for (const service of opened.toReversed()) await service.close();
      await (await plants?.catch(() => undefined))?.close();
      await (await postgres?.catch(() => undefined))?.stop();
      folder.release();
    })());
  try {
    printer.line('Telltale, plant in a box');
    const ports = await keptPorts(folder);
    postgres = printer.step('PostgreSQL', () => startPostgres(folder, (line) => printer.line(`  ${line}`)));
    plants = startPlants(folder, ports, settings.LOG_LEVEL);
    // Awaited by the box; a failure before that is not unhandled.
    for (const early of [postgres, plants]) early.catch(() => undefined);
    // PostgreSQL and the plants get ready on one core while the other loads everything else.
    const { startPlantInABox } = await import('./plant-in-a-box.js');
    const url = await startPlantInABox({ settings, folder, ports, postgres, plants, printer, opened });
    folder.introduced();
    printer.line('  Ctrl-C stops everything.\n');
    return { name: 'standalone', url, notReady: async () => (await Promise.all(opened.map((service) => service.notReady()))).flat(), close };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}
