import type { DetectionFinding } from '@telltale/plant-registry';
import type { TimeUs } from '@telltale/tag-sample';
import type { TenantContext } from '@telltale/tenancy';
import type { InsightsPremises } from '../insights-premises.js';
import { dateOf } from './leak-findings.js';
import type { RunSetup } from './run-setup.js';

const INSIGHT = 'steam-leak/silence';

/** Dead-man's switch: a run without new samples for long is reported, because no leak can be seen on it. */
export class SilenceWatch {
  private newestUs: TimeUs | null | undefined;
  private movedAtMs = performance.now();
  private openKey: string | null | undefined;

  constructor(
    private readonly premises: InsightsPremises,
    private readonly tenant: TenantContext,
  ) {}

  /** `newestUs`: newest source time of the run. Silence is measured by arrival, so a plant with another clock is not silent. */
  async look(newestUs: TimeUs | null, setup: RunSetup): Promise<void> {
    if (this.openKey === undefined) await this.load(setup);
    const isFirst = this.newestUs === undefined;
    if (newestUs !== this.newestUs) {
      this.newestUs = newestUs;
      this.movedAtMs = performance.now();
      if (!isFirst && this.openKey) await this.tell(setup, this.openKey, 'closed');
      return;
    }
    const silentMs = performance.now() - this.movedAtMs;
    if (this.openKey === null && newestUs !== null && silentMs >= this.premises.settings.NO_DATA_SECONDS * 1000) {
      await this.tell(setup, `no-data/${setup.run.pipeRunId}/${newestUs}`, 'open');
    }
  }

  private async load({ run }: RunSetup): Promise<void> {
    const open = await this.premises.repositories.insights.open(this.tenant, 'sensor-suspect');
    this.openKey =
      open.find((one) => one.subjectId === run.pipeRunId && one.incidentKey.startsWith('no-data/'))?.incidentKey ??
      null;
  }

  private async tell({ run, sensors }: RunSetup, incidentKey: string, state: 'open' | 'closed'): Promise<void> {
    const sinceUs = Number(incidentKey.split('/').at(-1));
    const finding: DetectionFinding = {
      siteId: run.siteId,
      insight: 'sensor-suspect',
      subjectId: run.pipeRunId,
      incidentKey,
      state,
      onsetAt: dateOf(sinceUs),
      detectedAt: new Date(),
      closedAt: state === 'closed' ? new Date() : null,
      positionM: null,
      positionPlusMinusM: null,
      excessC: null,
      confidence: 1,
      lossKgPerHour: null,
      evidence: {
        summary: `No data from the ${sensors.length} sensors of ${run.name} since ${dateOf(sinceUs).toISOString()}: leaks can't be seen there.`,
        reason: 'no-data',
      },
      historical: false,
    };
    await this.premises.repositories.insights.advance(
      this.tenant,
      { insight: INSIGHT, subjectId: run.pipeRunId, processedThrough: dateOf(sinceUs), state: { incidentKey, state } },
      [finding],
      new Date(),
    );
    this.openKey = state === 'open' ? incidentKey : null;
    this.premises.logger.warn(
      { ...this.tenant, pipeRun: run.slug },
      state === 'open' ? `no data from ${run.name}` : `data from ${run.name} again`,
    );
  }
}
