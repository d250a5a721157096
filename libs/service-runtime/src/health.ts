import type { Metrics } from './metrics.js';

export interface Health {
  /** Reasons why the service can't serve now; empty when it can. */
  notReady(): Promise<readonly string[]>;
  readonly metrics: Metrics;
}

export interface HealthAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** What a public address may show. */
export const PUBLIC_HEALTH_PATHS = ['/health/live', '/health/ready'] as const;
/** What an address inside shows. */
export const HEALTH_PATHS = [...PUBLIC_HEALTH_PATHS, '/metrics'] as const;
export type HealthPath = (typeof HEALTH_PATHS)[number];

const JSON_TYPE = 'application/json; charset=utf-8';

async function readiness(health: Health): Promise<HealthAnswer> {
  const reasons = await health
    .notReady()
    .catch((error: unknown) => [error instanceof Error ? error.message : String(error)]);
  const ready = reasons.length === 0;
  return { status: ready ? 200 : 503, contentType: JSON_TYPE, body: JSON.stringify({ ready, reasons }) };
}

/** Liveness says only that the process turns; it never asks the database or the queue. */
export async function healthAnswer(path: HealthPath, health: Health): Promise<HealthAnswer> {
  switch (path) {
    case '/health/live':
      return { status: 200, contentType: JSON_TYPE, body: '{"live":true}' };
    case '/health/ready':
      return readiness(health);
    case '/metrics':
      return { status: 200, contentType: health.metrics.contentType, body: await health.metrics.text() };
  }
}
