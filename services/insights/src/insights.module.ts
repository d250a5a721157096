import { Module, type DynamicModule } from '@nestjs/common';
import { InsightLoop } from './insight-loop.js';
import { INSIGHT_RUNNERS, type InsightRunner } from './insight-runner.js';
import { InsightsPremises } from './insights-premises.js';
import { LeakMetrics } from './leaks/leak.metrics.js';
import { LeakRunner } from './leaks/leak-runner.js';
import { YieldRunner } from './yield/yield-runner.js';

@Module({})
export class InsightsModule {
  static in(premises: InsightsPremises): DynamicModule {
    return {
      module: InsightsModule,
      providers: [
        { provide: InsightsPremises, useValue: premises },
        LeakMetrics,
        LeakRunner,
        YieldRunner,
        {
          provide: INSIGHT_RUNNERS,
          useFactory: (leaks: LeakRunner, yields: YieldRunner): readonly InsightRunner[] => [leaks, yields],
          inject: [LeakRunner, YieldRunner],
        },
        InsightLoop,
      ],
    };
  }
}
