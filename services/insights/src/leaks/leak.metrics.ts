import { Inject, Injectable } from '@nestjs/common';
import type { TimeUs } from '@telltale/tag-sample';
import type { TenantContext } from '@telltale/tenancy';
import { InsightsPremises } from '../insights-premises.js';

@Injectable()
export class LeakMetrics {
  private readonly duration;
  private readonly newest;
  private readonly behind;

  constructor(@Inject(InsightsPremises) { metrics }: InsightsPremises) {
    this.duration = metrics.histogram({
      name: 'telltale_insights_leak_seconds',
      help: 'Time to bring one pipe run up to its newest samples',
      buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60],
    });
    this.newest = metrics.gauge({
      name: 'telltale_insights_newest_sample_timestamp_seconds',
      help: 'Source time of the newest sample of a pipe run',
      labels: ['tenant', 'pipe_run'],
    });
    this.behind = metrics.gauge({
      name: 'telltale_insights_leak_behind_seconds',
      help: 'Plant time between the newest sample and the last minute that was worked through',
      labels: ['tenant', 'pipe_run'],
    });
  }

  async timed(work: () => Promise<void>): Promise<void> {
    const end = this.duration.startTimer();
    await work();
    end();
  }

  followed({ tenantId }: TenantContext, slug: string, newestUs: TimeUs, processedUs: TimeUs | null): void {
    const labels = { tenant: String(tenantId), pipe_run: slug };
    this.newest.set(labels, newestUs / 1e6);
    if (processedUs !== null) this.behind.set(labels, (newestUs - processedUs) / 1e6);
  }
}
