import { type DynamicModule, Module } from '@nestjs/common';
import {
  AlarmJournal,
  InsightRepository,
  NotificationRepository,
  RegistryDatabase,
  RepairReading,
  type SecretBox,
} from '@telltale/plant-registry';
import { Metrics } from '@telltale/service-runtime';
import type { AlarmsSettings } from './alarms.settings.js';
import { LOGGER, type Logger, NOTIFICATION_QUEUE, type NotificationQueue, SETTINGS } from './alarms.tokens.js';
import { NotificationDispatcher } from './notifying/notification-dispatcher.js';
import { NotificationOutbox } from './notifying/notification-outbox.js';
import { WebhookSender } from './notifying/webhook-sender.js';
import { AlarmRaiser } from './raising/alarm-raiser.js';
import { DetectionWatcher } from './raising/detection-watcher.js';
import { RepairVerifier } from './repairs/repair-verifier.js';

export interface AlarmsConnections {
  readonly registry: RegistryDatabase;
  readonly queue: NotificationQueue;
  readonly settings: AlarmsSettings;
  readonly secrets: SecretBox;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

@Module({})
export class AlarmsModule {
  static on({ registry, queue, settings, secrets, logger, metrics }: AlarmsConnections): DynamicModule {
    return {
      module: AlarmsModule,
      providers: [
        { provide: RegistryDatabase, useValue: registry },
        { provide: NOTIFICATION_QUEUE, useValue: queue },
        { provide: SETTINGS, useValue: settings },
        { provide: LOGGER, useValue: logger },
        { provide: Metrics, useValue: metrics },
        { provide: InsightRepository, useValue: new InsightRepository(registry) },
        { provide: NotificationRepository, useValue: new NotificationRepository(registry, secrets) },
        WebhookSender,
        NotificationDispatcher,
        { provide: AlarmJournal, useValue: new AlarmJournal(registry) },
        { provide: RepairReading, useValue: new RepairReading(registry) },
        NotificationOutbox,
        RepairVerifier,
        AlarmRaiser,
        DetectionWatcher,
      ],
    };
  }
}
