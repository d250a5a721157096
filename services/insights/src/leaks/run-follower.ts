import {
  createRunState,
  restoreRunState,
  saveRunState,
  sensorFigures,
  stepMinute,
  type RunState,
} from '@telltale/leak-detection';
import type { Detection, DetectionFinding } from '@telltale/plant-registry';
import type { TimeUs } from '@telltale/tag-sample';
import type { TenantContext } from '@telltale/tenancy';
import type { ContinuityEntry } from '@telltale/time-series';
import type { InsightsPremises } from '../insights-premises.js';
import { BackfillWatch } from './backfill-watch.js';
import { ExpectedMemory } from './expected-memory.js';
import { LeakCheckpoint } from './leak-checkpoint.js';
import { dateOf, expectedIn, findingOf, toldBy, type Told } from './leak-findings.js';
import { minuteMedians, minuteOf, MINUTE_US, type MinuteColumn } from './run-minutes.js';
import type { RunSetup } from './run-setup.js';
import { registryKey, sameIncident } from './told-incidents.js';

const INSIGHT = 'steam-leak';
const CHUNK_MINUTES = 360;
const HOLD_US = 15 * MINUTE_US;

/** Brings the leak detector of one pipe run up to the newest samples; its memory is a copy of the checkpoint. */
export class RunFollower {
  readonly backfill: BackfillWatch;
  private detector: RunState | null = null;
  private told = new Map<string, string>();
  private processedUs: TimeUs | null = null;
  private loaded = false;
  private readonly expected = new ExpectedMemory();
  private readonly own: ReadonlySet<number>;

  constructor(
    private readonly premises: InsightsPremises,
    private readonly tenant: TenantContext,
    readonly setup: RunSetup,
  ) {
    this.own = new Set(this.tagIds);
    this.backfill = new BackfillWatch(premises.settings.BACKFILL_QUIET_SECONDS * 1000);
  }

  get tagIds(): readonly number[] {
    return this.setup.sensors.map(({ tagId }) => tagId);
  }

  /** End of the last minute that was worked through. */
  get processedThroughUs(): TimeUs | null {
    return this.processedUs;
  }

  /** Late data of the tenant, from the continuity ledger. */
  notice(entries: readonly ContinuityEntry[], nowMs: number): void {
    this.backfill.notice(entries, this.own, this.processedUs, nowMs);
  }

  /** Works through every minute that is complete at `newestUs`; detections and checkpoint are committed together. */
  async advance(newestUs: TimeUs): Promise<void> {
    if (!this.loaded) await this.load();
    const untilUs = minuteOf(newestUs - this.premises.settings.LATENESS_SECONDS * 1e6);
    const anew = this.detector === null || this.backfill.isDue(performance.now());
    if (!anew && this.processedUs !== null && untilUs <= this.processedUs) return;
    try {
      await (anew ? this.warmUp(newestUs, untilUs) : this.follow(newestUs, untilUs));
    } catch (error) {
      // The detector went on while the database did not: the checkpoint is the truth.
      this.loaded = false;
      throw error;
    }
  }

  private async load(): Promise<void> {
    const saved = await this.premises.repositories.insights.checkpoint(this.tenant, INSIGHT, this.setup.run.pipeRunId);
    const parsed = LeakCheckpoint.safeParse(saved?.state);
    this.detector = parsed.success ? restoreRunState(this.layout, parsed.data.detector) : null;
    this.processedUs = saved?.processedThrough ? saved.processedThrough.getTime() * 1000 : null;
    this.told = new Map(parsed.success ? Object.entries(parsed.data.told) : []);
    this.backfill.restart(parsed.success ? parsed.data.continuityUs : 0);
    this.expected.clear();
    await this.recallExpected();
    this.loaded = true;
  }

  /** The lines under open leaks go on where the last process ended. */
  private async recallExpected(): Promise<void> {
    const open = await this.premises.repositories.insights.open(this.tenant, INSIGHT);
    for (const { subjectId, positionM, evidence } of open) {
      if (subjectId !== this.setup.run.pipeRunId || positionM === null) continue;
      const sensors = this.setup.sensors.map((one, sensor) => ({ sensor, positionM: one.positionM }));
      const nearest = nearestSensor(sensors, positionM);
      if (nearest !== undefined) this.expected.recall(nearest, expectedIn(evidence));
    }
  }

  private async follow(newestUs: TimeUs, untilUs: TimeUs): Promise<void> {
    const fromUs = this.processedUs;
    if (this.detector === null || fromUs === null) return;
    const news = await this.step(this.detector, fromUs, untilUs);
    const findings = [...news.values()].map((told) => this.finding(told, this.told.get(told.incident.key), newestUs));
    await this.commit(this.detector, untilUs, findings, news);
  }

  /** Learns anew from history. What is open already stays the same incident; what history no longer shows is closed. */
  private async warmUp(newestUs: TimeUs, untilUs: TimeUs): Promise<void> {
    const ranges = this.backfill.take();
    const before = this.processedUs;
    const detector = createRunState(this.layout);
    const fromUs = minuteOf(newestUs - this.premises.settings.WARM_UP_DAYS * 86_400e6);
    this.expected.clear();
    const news = await this.step(detector, fromUs, untilUs);
    const all = await this.premises.repositories.insights.open(this.tenant);
    const open = all.filter(
      (one) => one.subjectId === this.setup.run.pipeRunId && !one.incidentKey.startsWith('no-data/'),
    );
    const findings: DetectionFinding[] = [];
    const told = new Map<string, string>();
    const kept = new Set<Detection>();
    for (const one of news.values()) {
      const same = sameIncident(
        one,
        open.filter((detection) => !kept.has(detection)),
      );
      if (same) kept.add(same);
      const startUs = 'detectedUs' in one.incident ? one.incident.detectedUs : one.incident.sinceUs;
      const wasSeen =
        before !== null &&
        startUs < before &&
        !ranges.some((range) => startUs >= range.fromUs && startUs < range.toUs + HOLD_US);
      if (one.incident.closedUs !== null && wasSeen) continue;
      if (same) told.set(one.incident.key, same.incidentKey);
      findings.push(this.finding(one, same?.incidentKey, newestUs));
    }
    for (const detection of open) if (!kept.has(detection)) findings.push(noLongerSeen(detection, untilUs));
    this.told = told;
    await this.commit(detector, untilUs, findings, news);
    this.detector = detector;
  }

  /** Newest word on every incident that changed. */
  private async step(detector: RunState, fromUs: TimeUs, untilUs: TimeUs): Promise<Map<string, Told>> {
    const news = new Map<string, Told>();
    const pipeTag = this.setup.run.pipeTemperatureTagId;
    for (let startUs = fromUs; startUs < untilUs; startUs += CHUNK_MINUTES * MINUTE_US) {
      const minutes = Math.min(CHUNK_MINUTES, Math.round((untilUs - startUs) / MINUTE_US));
      const wanted = pipeTag === null ? this.tagIds : [...this.tagIds, pipeTag];
      const range = { fromUs: startUs - HOLD_US, toUs: startUs + minutes * MINUTE_US };
      const found = new Map(
        (await this.premises.series.raw(this.tenant, wanted, range)).map((one) => [one.tagId, one]),
      );
      const columns = this.tagIds.map((tagId) => minuteMedians(found.get(tagId), startUs, minutes));
      const pipe = pipeTag === null ? undefined : minuteMedians(found.get(pipeTag), startUs, minutes);
      for (let minute = 0; minute < minutes; minute++) this.stepOne(detector, startUs, minute, columns, pipe, news);
    }
    return news;
  }

  private stepOne(
    detector: RunState,
    startUs: TimeUs,
    minute: number,
    columns: readonly MinuteColumn[],
    pipe: MinuteColumn | undefined,
    news: Map<string, Told>,
  ): void {
    const minuteUs = startUs + minute * MINUTE_US;
    const valuesC = Float64Array.from(columns, (column) => column.values[minute] ?? NaN);
    // Before the first sample of all there is nothing to learn, nor to miss.
    if (detector.scalars.minuteUs === null && valuesC.every(Number.isNaN)) return;
    const bad = Uint8Array.from(columns, (column) => column.bad[minute] ?? 0);
    for (const event of stepMinute(detector, { minuteUs, valuesC, bad, pipeC: pipe?.values[minute] ?? NaN }).events) {
      const told = toldBy(event);
      news.set(told.incident.key, told);
    }
    this.expected.remember(minuteUs, detector.columns.expected);
  }

  private finding(told: Told, knownAs: string | undefined, newestUs: TimeUs): DetectionFinding {
    const { closedUs } = told.incident;
    const horizonUs = newestUs - this.premises.settings.ALARM_HORIZON_MINUTES * MINUTE_US;
    const nearest =
      told.insight === 'steam-leak' ? nearestSensor(told.incident.evidence, told.incident.positionM) : undefined;
    return findingOf(told, knownAs ?? registryKey(this.setup, told), {
      setup: this.setup,
      pressureBarAbs: this.pressureBarAbs,
      expectedSeries:
        told.insight === 'steam-leak' && nearest !== undefined
          ? this.expected.series(nearest, told.incident.onsetUs)
          : [],
      // What was told while it was open must be told as over, too.
      historical: knownAs === undefined && closedUs !== null && closedUs < horizonUs,
    });
  }

  private async commit(
    detector: RunState,
    untilUs: TimeUs,
    findings: readonly DetectionFinding[],
    news: ReadonlyMap<string, Told>,
  ): Promise<void> {
    const told = new Map(this.told);
    for (const [key, one] of news) {
      if (one.incident.closedUs !== null) told.delete(key);
      else if (!told.has(key)) told.set(key, registryKey(this.setup, one));
    }
    const state = LeakCheckpoint.parse({
      detector: saveRunState(detector),
      told: Object.fromEntries(told),
      continuityUs: this.backfill.settledUs,
      sensors: { tagIds: [...this.tagIds], ...sensorFigures(detector) },
    });
    const checkpoint = {
      insight: INSIGHT,
      subjectId: this.setup.run.pipeRunId,
      processedThrough: dateOf(untilUs),
      state: JSON.parse(JSON.stringify(state)),
    };
    const changed = await this.premises.repositories.insights.advance(this.tenant, checkpoint, findings, new Date());
    this.told = told;
    this.processedUs = untilUs;
    for (const detection of changed)
      if (detection.revision === 1 && !detection.historical)
        this.premises.logger.info(
          { ...this.tenant, incidentKey: detection.incidentKey, state: detection.state },
          `${detection.insight} on ${this.setup.run.name}`,
        );
  }

  /** Bar absolute; read by the runner beside the watermark. */
  pressureBarAbs: number | null = null;

  private get layout(): { positionsM: number[] } {
    return { positionsM: this.setup.sensors.map(({ positionM }) => positionM) };
  }
}

function nearestSensor(
  evidence: readonly { readonly sensor: number; readonly positionM: number }[],
  positionM: number,
): number | undefined {
  return [...evidence].sort((a, b) => Math.abs(a.positionM - positionM) - Math.abs(b.positionM - positionM))[0]?.sensor;
}

function noLongerSeen(detection: Detection, untilUs: TimeUs): DetectionFinding {
  const { siteId, insight, subjectId, incidentKey, onsetAt, detectedAt } = detection;
  const { positionM, positionPlusMinusM, excessC, confidence, lossKgPerHour, historical } = detection;
  const figures = { positionM, positionPlusMinusM, excessC, confidence, lossKgPerHour, historical };
  const evidence = { ...detection.evidence, summary: 'With the history that came in later this is no longer seen.' };
  return {
    siteId,
    insight,
    subjectId,
    incidentKey,
    onsetAt,
    detectedAt,
    ...figures,
    state: 'closed',
    closedAt: dateOf(untilUs),
    evidence,
  };
}
