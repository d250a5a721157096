import { createContext, createLogger, startHealthServer, StartError, type RunningService } from '@telltale/service-runtime';
import { SpoolUnusableError } from '@telltale/edge-spool';
import { loadCatalog } from './catalog/connector-catalog.js';
import { ConnectorCatalog } from './catalog/connector-catalog.provider.js';
import { SampleCollector } from './collect/sample-collector.js';
import { SpoolRoom } from './collect/spool-room.js';
import { ConfigurationSource } from './configuration/configuration-source.js';
import { Drain } from './drain/drain.js';
import { IngestClient } from './drain/ingest.client.js';
import { EdgeGatewayModule } from './edge-gateway.module.js';
import type { EdgeGatewaySettings } from './edge-gateway.settings.js';
import { EndpointSupervisor } from './endpoint/endpoint-supervisor.js';
import { KeyKeeper } from './enrolment/key-keeper.js';
import { GatewayPremises } from './gateway-premises.js';
import { HistoryBackfill } from './history/history-backfill.js';
import { StatusReporter } from './status/status-reporter.js';

/** Starts one gateway. It is up at once, also when neither the platform nor a device can be reached. */
export async function startEdgeGateway(settings: EdgeGatewaySettings): Promise<RunningService> {
  const premises = new GatewayPremises(settings, createLogger('edge-gateway', settings.LOG_LEVEL));
  const catalog = new ConnectorCatalog(await loadCatalog(settings.CONNECTORS_DIR));
  const context = await createContext(EdgeGatewayModule.in(premises, catalog), premises.logger).catch((error: unknown) => {
    if (error instanceof SpoolUnusableError) throw new StartError(error.code, error.message.replace(/\.$/, ''), 'Then start the gateway again', { cause: error });
    throw error;
  });
  const configuration = context.get(ConfigurationSource);
  const endpoints = context.get(EndpointSupervisor);
  const collector = context.get(SampleCollector);
  const backfill = context.get(HistoryBackfill);
  const drain = context.get(Drain);
  const reporter = context.get(StatusReporter);
  const keys = context.get(KeyKeeper);
  const { spool } = context.get(SpoolRoom);

  const notReady = async (): Promise<readonly string[]> => [
    ...(keys.notEnrolledBecause === null ? [] : [keys.notEnrolledBecause]),
    ...(configuration.configuration === null ? ['The gateway has no configuration yet.'] : []),
    ...(drain.stoppedBecause === null ? [] : [drain.stoppedBecause]),
  ];
  const health = await startHealthServer(
    { host: settings.HTTP_HOST, port: settings.HTTP_PORT },
    { notReady, metrics: premises.metrics },
  ).catch(async (error: unknown) => {
    spool.close();
    await context.close();
    throw error;
  });

  collector.start();
  keys.start();
  await configuration.start((next) => endpoints.apply(next));
  backfill.start(endpoints.historyDesk());
  drain.start();
  reporter.start();

  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await configuration.stop();
    await backfill.stop();
    await endpoints.stop();
    await collector.stop();
    context.get(IngestClient).stop();
    await Promise.all([drain.stop(), reporter.stop(), keys.stop()]);
    spool.close();
    await health.close();
    await context.close();
  };
  return { name: 'edge-gateway', url: health.url, notReady, close: () => (closing ??= close()) };
}
