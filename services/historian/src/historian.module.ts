import { Module, type DynamicModule } from '@nestjs/common';
import { AppendMetrics } from './append/append.metrics.js';
import { BatchAppender } from './append/batch-appender.js';
import { CompactionJob } from './compaction/compaction.job.js';
import { CompactionMetrics } from './compaction/compaction.metrics.js';
import { HistorianPremises } from './historian-premises.js';
import { QuarantineRoom } from './quarantine/quarantine-room.js';

@Module({})
export class HistorianModule {
  static in(premises: HistorianPremises): DynamicModule {
    return {
      module: HistorianModule,
      providers: [
        { provide: HistorianPremises, useValue: premises },
        QuarantineRoom,
        AppendMetrics,
        BatchAppender,
        CompactionMetrics,
        CompactionJob,
      ],
    };
  }
}
