import { createContext, startHealthServer, type RunningService } from '@telltale/service-runtime';
import { InsightLoop } from './insight-loop.js';
import { InsightsModule } from './insights.module.js';
import type { InsightsSettings } from './insights.settings.js';
import { openPremises } from './open-premises.js';

/** Starts the one insights service of an installation. A second one does harm to nobody, only work twice: incidents are unique. */
export async function startInsights(settings: InsightsSettings): Promise<RunningService> {
  const premises = await openPremises(settings);
  try {
    const context = await createContext(InsightsModule.in(premises), premises.logger);
    const loop = context.get(InsightLoop);
    const notReady = async (): Promise<readonly string[]> => {
      const database = await premises.registry.ping().then(
        () => [],
        () => ['Postgres does not answer.'],
      );
      return [...database, ...loop.troubled.map((what) => `${what} can not be worked out.`)];
    };
    const health = await startHealthServer(
      { host: settings.HTTP_HOST, port: settings.HTTP_PORT },
      { notReady, metrics: premises.metrics },
    ).catch(async (error: unknown) => {
      await context.close();
      throw error;
    });
    loop.start();
    const close = async (): Promise<void> => {
      await loop.stop();
      await premises.close();
      await health.close();
      await context.close();
    };
    let closing: Promise<void> | undefined;
    return { name: 'insights', url: health.url, notReady, close: () => (closing ??= close()) };
  } catch (error) {
    await premises.close();
    throw error;
  }
}
