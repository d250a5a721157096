import { Injectable } from '@nestjs/common';
import type { Alarm, Detection, PipeRun } from '@telltale/plant-registry';
import type { TenantContext } from '@telltale/tenancy';
import { toId } from '../graphql/opaque-id.js';
import type { Loaders } from '../graphql/loaders.js';
import { PlantData } from '../graphql/plant-data.js';
import { leakLoss } from './leak-loss.js';
import { LeakAlertState, type LeakAlert } from './leak-alert.type.js';
import { leakAlertState } from './leak-alert-state.js';

/** A leak alert with what its resolvers need to go on. */
export interface LeakAlertFields extends LeakAlert {
  readonly alarmRow: Alarm;
  readonly detection: Detection;
  readonly pipeRunId: number;
}

/** Newest alarms that are looked through for open ones: far more than a site ever has open. */
const MOST_READ = 500;
const OVER: readonly LeakAlertState[] = [LeakAlertState.VERIFIED, LeakAlertState.DISMISSED, LeakAlertState.GONE];

export const isOver = ({ state }: LeakAlert): boolean => OVER.includes(state);

@Injectable()
export class LeakAlertReader {
  constructor(private readonly data: PlantData) {}

  /** Leak alerts of a site, highest loss first, before them those whose loss is not known; whatever their state. */
  async all(tenant: TenantContext, siteId: number, loaders: Loaders | null): Promise<LeakAlertFields[]> {
    const alarms = await this.data.alarms.leaks(tenant, siteId, MOST_READ);
    const alerts = await Promise.all(alarms.map((alarm) => this.of(tenant, alarm, loaders)));
    return alerts.filter((alert) => alert !== null).sort((a, b) => (b.loss.kgPerHour ?? Infinity) - (a.loss.kgPerHour ?? Infinity) || 0);
  }

  async open(tenant: TenantContext, siteId: number, loaders: Loaders | null): Promise<LeakAlertFields[]> {
    return (await this.all(tenant, siteId, loaders)).filter((alert) => !isOver(alert));
  }

  /** Null for an alarm without a detection on a pipe run of this tenant. */
  async of(tenant: TenantContext, alarm: Alarm, loaders: Loaders | null): Promise<LeakAlertFields | null> {
    if (alarm.kind !== 'leak' || alarm.detectionId === null || loaders === null) return null;
    const detection = await loaders.detection.load(alarm.detectionId);
    const run = detection && (await loaders.pipeRun.load(detection.subjectId));
    if (!detection || !run) return null;
    return this.assemble(tenant, alarm, detection, run);
  }

  private async assemble(tenant: TenantContext, alarm: Alarm, detection: Detection, run: PipeRun): Promise<LeakAlertFields> {
    const { currency } = await this.data.sites.tenant(tenant);
    return {
      alarmRow: alarm,
      detection,
      pipeRunId: run.pipeRunId,
      id: toId('leak alert', alarm.alarmId),
      siteId: toId('site', alarm.siteId),
      state: leakAlertState(alarm, detection),
      place: { positionM: detection.positionM ?? 0, plusMinusM: detection.positionPlusMinusM ?? 0 },
      onsetAt: detection.onsetAt,
      detectedAt: detection.detectedAt,
      closedAt: detection.closedAt,
      excessC: detection.excessC ?? 0,
      confidence: detection.confidence,
      loss: leakLoss(detection, run, currency, new Date()),
    };
  }
}
