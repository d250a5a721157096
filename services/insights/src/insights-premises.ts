import type {
  InsightRepository,
  PipeRunRepository,
  RegistryDatabase,
  ShiftYieldRepository,
} from '@telltale/plant-registry';
import type { Logger, Metrics } from '@telltale/service-runtime';
import type { AppendListener, SeriesReader } from '@telltale/time-series';
import type { InsightsSettings } from './insights.settings.js';
import type { PlanSources } from './yield/line-calendar.js';

/** Everything that was opened for one insights service, and what it works by. */
export class InsightsPremises {
  constructor(
    readonly settings: InsightsSettings,
    readonly logger: Logger,
    readonly metrics: Metrics,
    readonly registry: RegistryDatabase,
    readonly repositories: {
      readonly insights: InsightRepository;
      readonly pipeRuns: PipeRunRepository;
      readonly shiftYields: ShiftYieldRepository;
    },
    readonly planSources: PlanSources,
    readonly series: SeriesReader & { close(): Promise<void> },
    readonly appends: AppendListener,
  ) {}

  async close(): Promise<void> {
    await this.appends.close();
    await Promise.all([this.series.close(), this.registry.close()]);
  }
}
