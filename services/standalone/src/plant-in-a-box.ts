import type { EmbeddedPostgres } from '@telltale/embedded-postgres';
import type { RunningService } from '@telltale/service-runtime';
import { prepare } from './database.js';
import type { DataFolder } from './data-folder.js';
import { demoAccounts, generatedPassword } from './demo-people.js';
import type { KeptPorts } from './kept-ports.js';
import { startGateways, startPlatform } from './platform.js';
import { scriptLeak } from './scripted-leak.js';
import { introducePlants, type GatewayPlace } from './introduce-plants.js';
import type { SimulatedPlants } from './simulated-plants.js';
import type { StandaloneSettings } from './standalone.settings.js';
import type { StepPrinter } from './step-printer.js';

/** What stands before the heavy part is loaded. */
export interface BoxGround {
  readonly settings: StandaloneSettings;
  readonly folder: DataFolder;
  readonly ports: KeptPorts;
  readonly postgres: Promise<EmbeddedPostgres>;
  readonly plants: Promise<SimulatedPlants>;
  readonly printer: StepPrinter;
  /** What was started, in this order; closed in the opposite one. */
  readonly opened: RunningService[];
}

function printPeople(printer: StepPrinter, places: readonly GatewayPlace[], password: string | null, generated: boolean): void {
  printer.line('  Sign in as');
  for (const { tenantSlug } of places) {
    for (const { email, name, role } of demoAccounts(tenantSlug)) printer.line(`    ${email.padEnd(24)} ${name}, ${role}`);
  }
  if (generated) printer.line(`  Password of all demo users: ${password} (shown this once; set TELLTALE_DEMO_PASSWORD to choose your own)`);
  else if (password === null) printer.line('  The password is the one that was printed at the first start; set TELLTALE_DEMO_PASSWORD to change it.');
  else printer.line('  The password is the one in TELLTALE_DEMO_PASSWORD.');
}

/** Simulated plants, services and gateways on a running database. Resolves with the address of the console. */
export async function startPlantInABox({ settings, folder, ports, postgres, plants, printer, opened }: BoxGround): Promise<string> {
  const password = settings.TELLTALE_DEMO_PASSWORD ?? (folder.isNew ? generatedPassword() : null);
  const database = await postgres;
  const { urls } = await printer.step('Database is up to date', () => prepare(database, folder));
  // The services need no plant to start; the plants are made known to them meanwhile.
  const introducing = printer.step('Simulated plants', () => plants).then(async (simulated) => {
    const places = await printer.step('Plants are known to the platform', () => introducePlants(urls.telltale_owner, simulated.plants, folder, password));
    return { simulated, places };
  });
  const starting = printer.step('Services', () => startPlatform(settings, urls, folder, ports, opened));
  const [{ simulated, places }, { ingestUrl, apiUrl }] = await Promise.all([introducing, starting]);
  await printer.step('Gateways', () => startGateways(places, ingestUrl, settings.LOG_LEVEL, opened));
  const leak = settings.TELLTALE_DEMO_LEAK === 'true' ? scriptLeak(simulated, folder, (line) => printer.line(line)) : null;
  if (leak) opened.push(leak);
  printer.line(`\nReady after ${(performance.now() / 1000).toFixed(1)} s`);
  const shown = apiUrl.replace('127.0.0.1', 'localhost');
  printer.line(`  Console   ${shown}`);
  printer.line(`  GraphQL   ${shown}/graphql`);
  printPeople(printer, places, password, settings.TELLTALE_DEMO_PASSWORD === undefined && password !== null);
  return apiUrl;
}
