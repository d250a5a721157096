import 'reflect-metadata';
import helmet, { type FastifyHelmetOptions } from '@fastify/helmet';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { RootModule } from './context.js';
import { healthAnswer, PUBLIC_HEALTH_PATHS, type Health } from './health.js';
import { startHealthServer, type HealthServer } from './health-server.js';
import { listenError, urlOf, type ListenAddress } from './listening.js';
import type { Logger } from './logger.js';
import { Metrics } from './metrics.js';
import { NestLogger } from './nest-logger.js';

export interface WebOptions extends ListenAddress, Partial<Health> {
  /** Where /metrics is served, on the same host: never on the public port. Absent: nowhere. */
  readonly metricsPort?: number | undefined;
  /** Bytes; larger bodies are answered 413. */
  readonly bodyLimit: number;
  /** Whose X-Forwarded-For is believed: so many hops, or these networks. Absent: nobody's. */
  readonly trustProxy?: number | readonly string[] | undefined;
  /** Header policy; helmet's defaults when absent. */
  readonly helmet?: FastifyHelmetOptions;
  /** Plugins and parsers that must be there before Nest registers its routes. */
  readonly configure?: (app: NestFastifyApplication) => Promise<void> | void;
}

export interface WebApplication {
  readonly app: NestFastifyApplication;
  readonly metrics: Metrics;
  /** Address of health and metrics once it listens; `undefined` without `metricsPort`. */
  readonly metricsUrl: string | undefined;
  /** Starts listening; resolves with the public address. */
  listen(): Promise<string>;
  close(): Promise<void>;
}

function trustOf(trusted: WebOptions['trustProxy']): false | string[] | ((address: string, hop: number) => boolean) {
  if (trusted === undefined) return false;
  return typeof trusted === 'number' ? (_address, hop) => hop < trusted : [...trusted];
}

/** Nest on Fastify with security headers, /health/live and /health/ready; /metrics on a port of its own. Call `listen` when all is wired. */
export async function createWebApplication(
  module: RootModule,
  logger: Logger,
  options: WebOptions,
): Promise<WebApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: options.bodyLimit,
    requestTimeout: 30_000,
    keepAliveTimeout: 20_000,
    forceCloseConnections: 'idle',
    trustProxy: trustOf(options.trustProxy),
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: new NestLogger(logger),
    abortOnError: false,
  });
  const metrics = options.metrics ?? new Metrics('web');
  const health: Health = { metrics, notReady: options.notReady ?? (async () => []) };
  await app.register(helmet, options.helmet ?? {});
  for (const path of PUBLIC_HEALTH_PATHS) {
    adapter.getInstance().get(path, async (_request, reply) => {
      const { status, contentType, body } = await healthAnswer(path, health);
      return reply.status(status).header('content-type', contentType).header('cache-control', 'no-store').send(body);
    });
  }
  await options.configure?.(app);
  let inside: HealthServer | undefined;
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await app.close();
    await inside?.close();
  };
  return {
    app,
    metrics,
    get metricsUrl() {
      return inside?.url;
    },
    async listen() {
      const { host, metricsPort } = options;
      try {
        if (metricsPort !== undefined)
          inside = await startHealthServer({ host, port: metricsPort, portVariable: 'METRICS_PORT' }, health);
        await app.listen(options.port, host);
      } catch (error) {
        await close();
        throw listenError(error, options);
      }
      return urlOf(app.getHttpServer().address());
    },
    close: () => (closing ??= close()),
  };
}
