import { apiSettings, startApi } from '@telltale/api';
import { alarmsSettings, startAlarms } from '@telltale/alarms';
import { edgeGatewaySettings, startEdgeGateway } from '@telltale/edge-gateway';
import { historianSettings, startHistorian } from '@telltale/historian';
import { ingestSettings, startIngest } from '@telltale/ingest';
import { insightsSettings, startInsights } from '@telltale/insights';
import { newSecretKey, type RoleUrls, type ServiceRole } from '@telltale/plant-registry';
import { StartError, type RunningService } from '@telltale/service-runtime';
import { readSettings } from '@telltale/service-settings';
import type { DataFolder } from './data-folder.js';
import { simulationFile } from './scripted-leak.js';
import type { KeptPorts } from './kept-ports.js';
import type { GatewayPlace } from './introduce-plants.js';
import type { StandaloneSettings } from './standalone.settings.js';

type Variables = Readonly<Record<string, string>>;

/** Variables that a service gets in this process; in production they come from its environment. */
function variables(settings: StandaloneSettings, urls: RoleUrls): (role: ServiceRole, own?: Variables) => Variables {
  const queue = settings.QUEUE_BACKEND === 'redis' ? settings.QUEUE_URL : urls.telltale_queue;
  if (queue === undefined) throw new StartError('QUEUE_URL_MISSING', 'QUEUE_BACKEND is redis and QUEUE_URL is not set', 'Set QUEUE_URL to the address of Redis, e.g. redis://127.0.0.1:6379');
  const shared = { QUEUE_BACKEND: settings.QUEUE_BACKEND, QUEUE_URL: queue, LOG_LEVEL: settings.LOG_LEVEL, HTTP_HOST: '127.0.0.1', HTTP_PORT: '0' };
  return (role, own = {}) => ({ ...shared, DATABASE_URL: urls[role], ...own });
}

const gatewayVariables = (place: GatewayPlace, ingestUrl: string, logLevel: string): Variables => ({
  INGEST_URL: ingestUrl,
  GATEWAY_KEY_FILE: place.keyFile,
  GATEWAY_DATA_DIR: place.dataDir,
  SECRETS_DIR: place.secretsDir,
  LOG_LEVEL: logLevel,
});

/** The way of the data, station by station. What was started is closed in the opposite order. */
export async function startPlatform(settings: StandaloneSettings, urls: RoleUrls, folder: DataFolder, ports: KeptPorts, opened: RunningService[]): Promise<{ ingestUrl: string; apiUrl: string }> {
  const given = variables(settings, urls);
  // One machine: a webhook may go to it as well, to try one out.
  const secrets = { SECRET_KEYS: folder.secret('secret-keys', newSecretKey), WEBHOOK_ADDRESSES: 'public-and-loopback' };
  const start = async (service: Promise<RunningService>): Promise<RunningService> => {
    const running = await service;
    opened.push(running);
    return running;
  };
  const [ingest] = await Promise.all([
    start(startIngest(readSettings('ingest', ingestSettings, given('telltale_ingest', { HTTP_PORT: String(ports.ingest) })))),
    start(startHistorian(readSettings('historian', historianSettings, given('telltale_historian')))),
    start(startInsights(readSettings('insights', insightsSettings, given('telltale_insights')))),
    start(startAlarms(readSettings('alarms', alarmsSettings, given('telltale_alarms', secrets)))),
  ]);
  const api = await start(
    startApi(readSettings('api', apiSettings, given('telltale_api', { ...secrets, INGEST_PUBLIC_URL: ingest.url ?? '', HTTP_HOST: settings.TELLTALE_HOST, HTTP_PORT: String(settings.PORT), SIMULATION_FILE: simulationFile(folder) }))),
  );
  return { ingestUrl: ingest.url ?? '', apiUrl: api.url ?? '' };
}

/** One after the other: each reads its configuration from the platform. */
export async function startGateways(places: readonly GatewayPlace[], ingestUrl: string, logLevel: string, opened: RunningService[]): Promise<void> {
  for (const place of places) opened.push(await startEdgeGateway(readSettings('edge-gateway', edgeGatewaySettings, gatewayVariables(place, ingestUrl, logLevel))));
}
