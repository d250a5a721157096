import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { GatewayEnrolmentRepository, GatewayRepository, RegistryDatabase, TagRepository } from '@telltale/plant-registry';
import { Metrics } from '@telltale/service-runtime';
import { BatchIntake } from './batches/batch-intake.js';
import { BatchesController } from './batches/batches.controller.js';
import { CommittedWatermarks } from './batches/committed-watermarks.js';
import { OwnedTags } from './batches/owned-tags.js';
import { TenantQuota } from './batches/tenant-quota.js';
import { EnrolmentController } from './gateways/enrolment.controller.js';
import { GatewayController } from './gateways/gateway.controller.js';
import { GatewayKeyGuard } from './gateways/gateway-key.guard.js';
import { KeyRotations } from './gateways/key-rotations.js';
import { KnownGateways } from './gateways/known-gateways.js';
import { QueueAge } from './gateways/queue-age.js';
import type { IngestSettings } from './ingest.settings.js';
import {
  BATCH_LEDGER,
  BATCH_QUEUE,
  type BatchLedger,
  type BatchQueue,
  LOGGER,
  type Logger,
  SETTINGS,
} from './ingest.tokens.js';
import { RefusalFilter } from './refusals/refusal.filter.js';

export interface IngestConnections {
  readonly registry: RegistryDatabase;
  readonly ledger: BatchLedger;
  readonly queue: BatchQueue;
  readonly settings: IngestSettings;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

@Module({ controllers: [BatchesController, GatewayController, EnrolmentController] })
export class IngestModule {
  static on({ registry, ledger, queue, settings, logger, metrics }: IngestConnections): DynamicModule {
    return {
      module: IngestModule,
      providers: [
        { provide: BATCH_LEDGER, useValue: ledger },
        { provide: BATCH_QUEUE, useValue: queue },
        { provide: LOGGER, useValue: logger },
        { provide: SETTINGS, useValue: settings },
        { provide: Metrics, useValue: metrics },
        { provide: GatewayRepository, useValue: new GatewayRepository(registry) },
        { provide: GatewayEnrolmentRepository, useValue: new GatewayEnrolmentRepository(registry) },
        { provide: TagRepository, useValue: new TagRepository(registry) },
        RefusalFilter,
        { provide: APP_FILTER, useExisting: RefusalFilter },
        KnownGateways,
        KeyRotations,
        GatewayKeyGuard,
        CommittedWatermarks,
        OwnedTags,
        TenantQuota,
        BatchIntake,
        QueueAge,
      ],
    };
  }
}
