import { Inject, Injectable } from '@nestjs/common';
import {
  AlarmJournal,
  type AlarmRefinement,
  type Detection,
  type RepairEvidence,
  RepairReading,
} from '@telltale/plant-registry';
import type { TenantContext } from '@telltale/tenancy';
import type { AlarmsSettings } from '../alarms.settings.js';
import { SETTINGS } from '../alarms.tokens.js';
import { unlessDoneAlready } from '../unless-done-already.js';
import { backAgain, isSamePlace, proveRepair } from './repair-proof.js';

/** What an alarm says of its detection. */
export type AlarmSays = Required<AlarmRefinement>;

/** Lets the measurements decide whether a repair holds. Everything is read anew at each look, so a kill loses nothing. */
@Injectable()
export class RepairVerifier {
  constructor(
    private readonly repairs: RepairReading,
    private readonly journal: AlarmJournal,
    @Inject(SETTINGS) private readonly settings: Pick<AlarmsSettings, 'REPAIR_PROOF_HOURS'>,
  ) {}

  /** Verifies or re-opens every reported repair about which enough is known. */
  async judge(tenant: TenantContext, now: Date): Promise<readonly ('verified' | 'reopened')[]> {
    const done: ('verified' | 'reopened')[] = [];
    for (const { alarm, own } of await this.repairs.repaired(tenant)) {
      const { alarmId, repairedAt } = alarm;
      if (repairedAt === null) continue;
      const evidence: RepairEvidence = await this.repairs.evidence(tenant, own, repairedAt);
      const verdict = proveRepair(evidence, repairedAt, this.settings.REPAIR_PROOF_HOURS);
      if (verdict === null) continue;
      const step = { atUs: now.getTime() * 1000, comment: verdict.sentence };
      const applied = await unlessDoneAlready(() =>
        verdict.kind === 'verify'
          ? this.journal.applyLeak(tenant, alarmId, { kind: 'verify', by: null, ...step })
          : this.journal.reopenLeak(tenant, alarmId, step),
      );
      if (applied) done.push(verdict.kind === 'verify' ? 'verified' : 'reopened');
    }
    return done;
  }

  /** Re-opens the repaired alarm to whose leak a new detection belongs. False when there is none: it gets an alarm of its own. */
  async reopenFor(tenant: TenantContext, detection: Detection, says: AlarmSays, now: Date): Promise<boolean> {
    if (detection.insight !== 'steam-leak') return false;
    const { detectionId } = detection;
    for (const { alarm, own } of await this.repairs.repaired(tenant, detection.subjectId)) {
      const { alarmId, repairedAt } = alarm;
      if (repairedAt === null || detection.onsetAt <= repairedAt || !isSamePlace(own, detection)) continue;
      const comment = backAgain(detection, repairedAt);
      return unlessDoneAlready(() =>
        this.journal.reopenLeak(tenant, alarmId, {
          atUs: now.getTime() * 1000,
          comment,
          again: { detectionId, ...says },
        }),
      );
    }
    return false;
  }
}
