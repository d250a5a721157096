import { GraphQLSchemaHost } from '@nestjs/graphql';
import type { GraphQLSchema } from 'graphql';
import { createLogger, createWebApplication, Metrics, type Logger, type RunningService } from '@telltale/service-runtime';
import { ApiModule } from './api.module.js';
import { ApiPremises } from './api-premises.js';
import type { ApiSettings } from './api.settings.js';
import { CONSOLE_HEADERS, serveConsole } from './console-files.js';
import { SampleExport } from './export/sample-export.js';
import { OPERATION_LIMITS } from './graphql/operation-limits.js';
import { takeOwnRequestsOnly } from './graphql/own-requests-only.js';
import { readMetrics } from './read-metrics.js';
import { admitUploads } from './tag-import/upload-admission.js';
import { LiveEndpoint } from './live/live-endpoint.js';

/** GraphQL, live subscriptions and the console's files on one address. */
export async function startApi(settings: ApiSettings, logger: Logger = createLogger('api', settings.LOG_LEVEL)): Promise<RunningService> {
  const metrics = new Metrics('api');
  const premises = await ApiPremises.open(settings, logger, readMetrics(metrics));
  let closing: Promise<void> | undefined;
  const notReady = async (): Promise<readonly string[]> => {
    if (closing !== undefined) return ['The api is being closed.'];
    return premises.registry.ping().then(
      () => [],
      () => ['The database can’t be reached.'],
    );
  };
  try {
    const web = await createWebApplication(ApiModule.over(premises), premises.logger, {
      host: settings.HTTP_HOST,
      port: settings.HTTP_PORT,
      metricsPort: settings.METRICS_PORT,
      bodyLimit: OPERATION_LIMITS.bodyBytes,
      trustProxy: settings.TRUST_PROXY,
      helmet: CONSOLE_HEADERS,
      metrics,
      notReady,
      configure: (app) => {
        takeOwnRequestsOnly(app);
        admitUploads(app, premises.sessions);
        const schema = (): GraphQLSchema => app.get(GraphQLSchemaHost, { strict: false }).schema;
        new LiveEndpoint({ ...premises.liveParts, schema }, premises.origins).attach(app);
        new SampleExport(premises.liveParts).attach(app);
        return serveConsole(app, settings.CONSOLE_DIR);
      },
    });
    const url = await web.listen();
    const close = async (): Promise<void> => {
      await web.close();
      await premises.close();
    };
    return { name: 'api', url, notReady, close: () => (closing ??= close()) };
  } catch (error) {
    await premises.close();
    throw error;
  }
}
