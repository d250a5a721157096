import { createServer } from 'node:net';
import { once } from 'node:events';
import { apiSettings, startApi } from '@telltale/api';
import { alarmsSettings, startAlarms } from '@telltale/alarms';
import { edgeGatewaySettings, startEdgeGateway } from '@telltale/edge-gateway';
import { historianSettings, startHistorian } from '@telltale/historian';
import { ingestSettings, startIngest } from '@telltale/ingest';
import { insightsSettings, startInsights } from '@telltale/insights';
import type { RoleUrls, ServiceRole } from '@telltale/plant-registry';
import { StartError, type RunningService } from '@telltale/service-runtime';
import { readSettings } from '@telltale/service-settings';
import { openDataFolder, type DataFolder } from './data-folder.js';
import { prepare, startPostgres } from './database.js';
import { demoAccounts, generatedPassword } from './demo-people.js';
import { keptPorts, type KeptPorts } from './kept-ports.js';
import { scriptLeak, simulationFile } from './scripted-leak.js';
import { introducePlants, startPlants, type GatewayPlace } from './simulated-plants.js';
import type { StandaloneSettings } from './standalone.settings.js';
import { StepPrinter } from './step-printer.js';

type Variables = Readonly<Record<string, string>>;

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

/** Variables that a service gets in this process; in production they come from its environment. */
function variables(settings: StandaloneSettings, urls: RoleUrls): (role: ServiceRole, own?: Variables) => Variables {
  const queue = settings.QUEUE_BACKEND === 'redis' ? settings.QUEUE_URL : urls.telltale_queue;
  if (queue === undefined) throw new StartError('QUEUE_URL_MISSING', 'QUEUE_BACKEND is redis and QUEUE_URL is not set', 'Set QUEUE_URL to the address of Redis, e.g. redis://127.0.0.1:6379');
  const shared = { QUEUE_BACKEND: settings.QUEUE_BACKEND, QUEUE_URL: queue, LOG_LEVEL: settings.LOG_LEVEL, HTTP_HOST: '127.0.0.1', HTTP_PORT: '0' };
  return (role, own = {}) => ({ ...shared, DATABASE_URL: urls[role], ...own });
}

const gatewayVariables = (place: GatewayPlace, ingestUrl: string, logLevel: string): Variables => ({
  INGEST_URL: ingestUrl,
  GATEWAY_KEY: place.key,
  GATEWAY_DATA_DIR: place.dataDir,
  SECRETS_DIR: place.secretsDir,
  LOG_LEVEL: logLevel,
});

/** The way of the data, station by station. What was started is closed in the opposite order. */
async function startPlatform(settings: StandaloneSettings, urls: RoleUrls, folder: DataFolder, ports: KeptPorts, opened: RunningService[]): Promise<{ ingestUrl: string; apiUrl: string }> {
  const given = variables(settings, urls);
  const start = async (service: Promise<RunningService>): Promise<RunningService> => {
    const running = await service;
    opened.push(running);
    return running;
  };
  const [ingest] = await Promise.all([
    start(startIngest(readSettings('ingest', ingestSettings, given('telltale_ingest', { HTTP_PORT: String(ports.ingest) })))),
    start(startHistorian(readSettings('historian', historianSettings, given('telltale_historian')))),
    start(startInsights(readSettings('insights', insightsSettings, given('telltale_insights')))),
    start(startAlarms(readSettings('alarms', alarmsSettings, given('telltale_alarms')))),
  ]);
  const api = await start(
    startApi(readSettings('api', apiSettings, given('telltale_api', { HTTP_HOST: settings.TELLTALE_HOST, HTTP_PORT: String(settings.PORT), SIMULATION_FILE: simulationFile(folder) }))),
  );
  return { ingestUrl: ingest.url ?? '', apiUrl: api.url ?? '' };
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

/** The plant in a box: embedded Postgres, two simulated plants with a gateway each, every service, the console. */
export async function startStandalone(settings: StandaloneSettings): Promise<RunningService> {
  const printer = new StepPrinter((line) => process.stdout.write(`${line}\n`));
  const begunAt = performance.now();
  await assertPortFree(settings.TELLTALE_HOST, settings.PORT);
  const folder = openDataFolder(settings.TELLTALE_DATA_DIR);
  const password = settings.TELLTALE_DEMO_PASSWORD ?? (folder.isNew ? generatedPassword() : null);
  const opened: RunningService[] = [];
  let closing: Promise<void> | undefined;
  let stopPostgres = async (): Promise<void> => undefined;
  const close = (): Promise<void> =>
    (closing ??= (async () => {
      for (const service of opened.toReversed()) await service.close();
      await stopPostgres();
      folder.release();
    })());
  try {
    printer.line('Telltale, plant in a box');
    const ports = await keptPorts(folder);
    const plants = startPlants(folder, ports, settings.LOG_LEVEL);
    const postgres = await printer.step('PostgreSQL', () => startPostgres(folder, (line) => printer.line(`  ${line}`)));
    stopPostgres = () => postgres.stop();
    const { urls } = await printer.step('Database is up to date', () => prepare(postgres, folder));
    const running = await printer.step('Simulated plants', () => plants);
    opened.push(running);
    const places = await printer.step('Plants are known to the platform', () => introducePlants(urls.telltale_owner, running, folder, password));
    const { ingestUrl, apiUrl } = await printer.step('Services', () => startPlatform(settings, urls, folder, ports, opened));
    await printer.step('Gateways', async () => {
      for (const place of places) opened.push(await startEdgeGateway(readSettings('edge-gateway', edgeGatewaySettings, gatewayVariables(place, ingestUrl, settings.LOG_LEVEL))));
    });
    const leak = settings.TELLTALE_DEMO_LEAK === 'true' ? scriptLeak(running, folder, (line) => printer.line(line)) : null;
    if (leak) opened.push(leak);
    printer.line(`\nReady after ${((performance.now() - begunAt) / 1000).toFixed(1)} s`);
    const shown = apiUrl.replace('127.0.0.1', 'localhost');
    printer.line(`  Console   ${shown}`);
    printer.line(`  GraphQL   ${shown}/graphql`);
    printPeople(printer, places, password, settings.TELLTALE_DEMO_PASSWORD === undefined && password !== null);
    folder.introduced();
    printer.line('  Ctrl-C stops everything.\n');
    return { name: 'standalone', url: apiUrl, notReady: async () => (await Promise.all(opened.map((service) => service.notReady()))).flat(), close };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}
