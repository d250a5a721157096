import type { Interval, ShiftInterval } from '@telltale/plant-calendar';
import type { TimeUs } from '@telltale/tag-sample';
import type { TenantContext } from '@telltale/tenancy';
import type { ContinuityEntry } from '@telltale/time-series';
import type { InsightsPremises } from '../insights-premises.js';
import { LateWatch } from './late-watch.js';
import { tagIdsOf, type LinePlan } from './line-calendar.js';
import { LineCheckpoint, YIELD_INSIGHT } from './line-checkpoint.js';
import { computeShift, FINAL_AFTER_US } from './shift-computation.js';
import { shiftMarks } from './shift-marks.js';

const DAY_US = 86_400_000_000;
/** Finished shifts of the last day are asked this often whether samples came late. */
const RECHECK_EVERY_MS = 60_000;
const SAVE_EVERY_MS = 60_000;

const LATE_SAMPLES = 'Samples of this shift came after it was final.';
const NEW_SETUP = 'The set-up of the line was changed.';

interface FinishedShift {
  readonly mark: string;
  readonly setup: string;
  readonly isFinal: boolean;
}

interface Wanted {
  readonly shift: ShiftInterval;
  readonly reason: string;
}

/** Keeps the yield of one line; each shift is worked out whole from its samples, so that late data needs no special way. */
export class LineFollower {
  /** Null until the checkpoint is read. */
  private late: LateWatch | null = null;
  private measuredUntilUs: TimeUs = 0;
  private computedAtMs = -Infinity;
  private recheckedAtMs = -Infinity;
  private savedAtMs = -Infinity;
  private savedContinuityUs: TimeUs = 0;
  /** With which the finished shifts of the last day were worked out. */
  private setup: string | null = null;
  private readonly finished = new Map<TimeUs, FinishedShift>();

  constructor(
    private readonly premises: InsightsPremises,
    private readonly tenant: TenantContext,
    private readonly equipmentId: number,
    private readonly computed: () => void,
  ) {}

  /** Where the last process ended. Returns from when on continuity entries are wanted. */
  async begin(): Promise<TimeUs> {
    if (this.late === null) {
      const saved = await this.premises.repositories.insights.checkpoint(this.tenant, YIELD_INSIGHT, this.equipmentId);
      const state = LineCheckpoint.safeParse(saved?.state);
      this.savedContinuityUs = state.success ? state.data.continuityUs : 0;
      this.measuredUntilUs = saved?.processedThrough ? saved.processedThrough.getTime() * 1000 : 0;
      this.setup = state.success ? state.data.setup : null;
      this.late = new LateWatch(this.savedContinuityUs);
    }
    return this.late.lookFromUs;
  }

  notice(entries: readonly ContinuityEntry[], plan: LinePlan): void {
    this.late?.notice(entries, new Set(tagIdsOf(plan.line)));
  }

  async refresh(plan: LinePlan): Promise<void> {
    const tagIds = tagIdsOf(plan.line);
    const newest = await this.premises.series.latest(this.tenant, tagIds);
    const measuredUntilUs = newest.reduce((time, { sourceTimeUs }) => Math.max(time, sourceTimeUs), 0);
    if (measuredUntilUs === 0 || this.late === null) return;
    const nowMs = performance.now();
    const wanted = new Map<TimeUs, Wanted>();
    const want = (interval: Interval): void => {
      for (const shift of plan.calendar.shifts(interval))
        if (shift.startUs < measuredUntilUs) wanted.set(shift.startUs, { shift, reason: LATE_SAMPLES });
    };
    const moves = measuredUntilUs > this.measuredUntilUs && nowMs - this.computedAtMs >= this.premises.settings.YIELD_REFRESH_SECONDS * 1000;
    if (moves) want({ startUs: this.measuredUntilUs || measuredUntilUs - DAY_US, endUs: measuredUntilUs });
    const stretches = this.late.stretches;
    for (const stretch of stretches) want(stretch);
    const recheck = nowMs - this.recheckedAtMs >= RECHECK_EVERY_MS;
    const isFinished = ({ shift }: Wanted): boolean => shift.endUs <= measuredUntilUs;
    const marks = recheck || [...wanted.values()].some(isFinished) ? await this.marks(plan, measuredUntilUs) : new Map<TimeUs, Wanted & FinishedShift>();
    if (recheck) for (const [startUs, now] of marks) if (!wanted.has(startUs) && this.isOutdated(startUs, now)) wanted.set(startUs, now);
    for (const [startUs, { shift, reason }] of wanted) {
      await this.compute(plan, shift, measuredUntilUs, reason);
      const now = marks.get(startUs);
      if (now) this.finished.set(startUs, now);
    }
    this.late.settle(stretches);
    if (moves) [this.measuredUntilUs, this.computedAtMs] = [measuredUntilUs, nowMs];
    if (recheck) this.recheckedAtMs = nowMs;
    for (const startUs of this.finished.keys()) if (!marks.has(startUs) && marks.size > 0) this.finished.delete(startUs);
    if (recheck) this.setup = plan.fingerprint;
    await this.save(this.late.settledUs, nowMs);
  }

  /** What is known now of the finished shifts of the last day. Read before they are worked out: what comes meanwhile is seen next time. */
  private async marks(plan: LinePlan, measuredUntilUs: TimeUs): Promise<ReadonlyMap<TimeUs, Wanted & FinishedShift>> {
    const shifts = plan.calendar.shifts({ startUs: measuredUntilUs - DAY_US, endUs: measuredUntilUs }).filter(({ endUs }) => endUs <= measuredUntilUs);
    const marks = await shiftMarks(this.premises.series, this.tenant, tagIdsOf(plan.line), shifts);
    return new Map(
      shifts.map((shift) => {
        const known = this.finished.get(shift.startUs);
        const setup = known?.setup ?? this.setup;
        const reason = setup !== null && setup !== plan.fingerprint ? NEW_SETUP : LATE_SAMPLES;
        const isFinal = measuredUntilUs >= shift.endUs + FINAL_AFTER_US;
        return [shift.startUs, { shift, reason, mark: marks.get(shift.startUs) ?? '', setup: plan.fingerprint, isFinal }];
      }),
    );
  }

  private isOutdated(startUs: TimeUs, now: FinishedShift): boolean {
    const known = this.finished.get(startUs);
    return known === undefined || known.mark !== now.mark || known.setup !== now.setup || known.isFinal !== now.isFinal;
  }

  private async compute(plan: LinePlan, shift: ShiftInterval, measuredUntilUs: TimeUs, reason: string): Promise<void> {
    const results = await computeShift(this.premises.series, this.tenant, plan, shift, measuredUntilUs, new Date());
    await this.premises.repositories.shiftYields.record(this.tenant, results, reason);
    this.computed();
  }

  /** Behind the work, never before it: what is not saved is worked out once more. */
  private async save(continuityUs: TimeUs, nowMs: number): Promise<void> {
    if (continuityUs === this.savedContinuityUs && nowMs - this.savedAtMs < SAVE_EVERY_MS) return;
    const processedThrough = new Date(Math.floor(this.measuredUntilUs / 1000));
    const checkpoint = { insight: YIELD_INSIGHT, subjectId: this.equipmentId, processedThrough, state: { continuityUs, setup: this.setup } };
    await this.premises.repositories.insights.advance(this.tenant, checkpoint, [], new Date());
    this.savedContinuityUs = continuityUs;
    this.savedAtMs = nowMs;
  }
}
