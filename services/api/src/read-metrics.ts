import type { Metrics } from '@telltale/service-runtime';
import type { SeriesRead } from '@telltale/time-series';

/** How long reads of the history take, each kind by itself. */
export function readMetrics(metrics: Metrics): (read: SeriesRead, seconds: number) => void {
  const duration = metrics.histogram({
    name: 'telltale_api_read_seconds',
    help: 'Time of one read of the history, the wait for a connection included',
    labels: ['read'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
  });
  return (read, seconds) => duration.observe({ read }, seconds);
}
