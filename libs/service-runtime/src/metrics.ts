import { performance } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

interface MetricDescription {
  /** Prometheus name with unit, e.g. `telltale_ingest_batches_total`. */
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
}

/** The metrics of one service instance. Two instances in one process never share a registry. */
export class Metrics {
  readonly registry = new Registry();
  private utilisation = performance.eventLoopUtilization();

  constructor(service: string) {
    this.registry.setDefaultLabels({ service });
    this.gauge({ name: 'process_resident_memory_bytes', help: 'Resident memory of the process' }, () =>
      process.memoryUsage.rss(),
    );
    this.gauge({ name: 'process_cpu_seconds', help: 'CPU seconds used by the process since it started' }, () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    });
    this.gauge(
      {
        name: 'nodejs_event_loop_utilization_ratio',
        help: 'Share of time the event loop was busy since the last scrape',
      },
      () => {
        const now = performance.eventLoopUtilization();
        const since = performance.eventLoopUtilization(now, this.utilisation);
        this.utilisation = now;
        return since.utilization;
      },
    );
  }

  counter({ name, help, labels = [] }: MetricDescription): Counter {
    return new Counter({ name, help, labelNames: [...labels], registers: [this.registry] });
  }

  /** With `read` the value is taken at each scrape; a read that fails leaves the metric out of that scrape. */
  gauge({ name, help, labels = [] }: MetricDescription, read?: () => number | Promise<number>): Gauge {
    return new Gauge({
      name,
      help,
      labelNames: [...labels],
      registers: [this.registry],
      ...(read === undefined
        ? {}
        : {
            async collect(this: Gauge) {
              try {
                this.set(await read());
              } catch {
                this.reset();
              }
            },
          }),
    });
  }

  /** Buckets in the unit that the name carries. */
  histogram({
    name,
    help,
    labels = [],
    buckets,
  }: MetricDescription & { readonly buckets: readonly number[] }): Histogram {
    return new Histogram({ name, help, labelNames: [...labels], buckets: [...buckets], registers: [this.registry] });
  }

  /** Prometheus text format. */
  async text(): Promise<string> {
    return this.registry.metrics();
  }

  get contentType(): string {
    return this.registry.contentType;
  }
}
