import {
  DEFAULT_PARAMETERS,
  estimateLoss,
  type DetectorEvent,
  type LeakIncident,
  type SegmentTransient,
  type SensorSuspect,
} from '@telltale/leak-detection';
import type { DetectionFinding } from '@telltale/plant-registry';
import type { TimeUs } from '@telltale/tag-sample';
import { z } from 'zod';
import type { ExpectedSeries } from './expected-memory.js';
import type { RunSetup } from './run-setup.js';

/** Newest word on one incident of the detector. */
export type Told =
  | { readonly insight: 'steam-leak'; readonly incident: LeakIncident }
  | { readonly insight: 'sensor-suspect'; readonly incident: SensorSuspect }
  | { readonly insight: 'segment-transient'; readonly incident: SegmentTransient };

export function toldBy(event: DetectorEvent): Told {
  if ('incident' in event) return { insight: 'steam-leak', incident: event.incident };
  if ('suspect' in event) return { insight: 'sensor-suspect', incident: event.suspect };
  return { insight: 'segment-transient', incident: event.transient };
}

export const dateOf = (timeUs: TimeUs): Date => new Date(timeUs / 1000);

export interface FindingContext {
  readonly setup: RunSetup;
  readonly pressureBarAbs: number | null;
  /** What was expected at the nearest sensor, by minute. */
  readonly expectedSeries: ExpectedSeries;
  readonly historical: boolean;
}

const ToldExpected = z.object({ expectedSeries: z.array(z.tuple([z.number(), z.number().nullable()])) });

/** The expected line of an evidence that `findingOf` wrote. */
export function expectedIn(evidence: unknown): ExpectedSeries {
  const parsed = ToldExpected.safeParse(evidence);
  return parsed.success ? parsed.data.expectedSeries : [];
}

const REASONS: Record<SensorSuspect['reason'], string> = {
  stuck: 'shows the same value although its neighbours move',
  'out-of-range': 'shows a value that no air has',
  alone: 'is far off while its neighbours are quiet',
  bad: 'reports bad quality',
  stale: 'gives no value',
  drift: 'drifts away from its neighbours',
};

export function findingOf(told: Told, incidentKey: string, context: FindingContext): DetectionFinding {
  const { run } = context.setup;
  const { closedUs } = told.incident;
  const common = {
    siteId: run.siteId,
    insight: told.insight,
    subjectId: run.pipeRunId,
    incidentKey,
    state: closedUs === null ? ('open' as const) : ('closed' as const),
    closedAt: closedUs === null ? null : dateOf(closedUs),
    historical: context.historical,
  };
  switch (told.insight) {
    case 'steam-leak':
      return { ...common, ...leakFigures(told.incident, context) };
    case 'sensor-suspect': {
      const { sinceUs, positionM, reason, excessC } = told.incident;
      const summary = `The sensor at ${positionM.toFixed(1)} m of ${run.name} ${REASONS[reason]}.`;
      return {
        ...common,
        ...atOnce(sinceUs),
        positionM,
        positionPlusMinusM: 0,
        excessC,
        confidence: 0.9,
        evidence: { summary, reason },
      };
    }
    case 'segment-transient': {
      const { sinceUs, cause, changeC } = told.incident;
      const what = cause === 'pipe' ? 'The pipe' : 'The air along the whole run';
      const summary = `${what} of ${run.name} changed by ${changeC.toFixed(1)} °C within 15 min: leaks must be twice as clear for a while.`;
      return {
        ...common,
        ...atOnce(sinceUs),
        positionM: null,
        positionPlusMinusM: null,
        excessC: null,
        confidence: 1,
        evidence: { summary, cause, changeC },
      };
    }
  }
}

const atOnce = (sinceUs: TimeUs): Pick<DetectionFinding, 'onsetAt' | 'detectedAt' | 'lossKgPerHour'> => ({
  onsetAt: dateOf(sinceUs),
  detectedAt: dateOf(sinceUs),
  lossKgPerHour: null,
});

function leakFigures(incident: LeakIncident, { setup, pressureBarAbs, expectedSeries }: FindingContext) {
  const loss = estimateLoss(incident.meanExcessC, pressureBarAbs);
  const known = incident.evidence.filter((sensor) => sensor.valueC !== null);
  const nearest = [...incident.evidence].sort(
    (a, b) => Math.abs(a.positionM - incident.positionM) - Math.abs(b.positionM - incident.positionM),
  )[0];
  const { mediumC, mediumSigma } = DEFAULT_PARAMETERS;
  return {
    onsetAt: dateOf(incident.onsetUs),
    detectedAt: dateOf(incident.detectedUs),
    positionM: incident.positionM,
    positionPlusMinusM: incident.plusMinusM,
    excessC: incident.excessC,
    confidence: incident.confidence,
    lossKgPerHour: Math.round(loss.kgPerHour * 100) / 100,
    evidence: {
      summary: `The air at ${incident.positionM.toFixed(1)} m of ${setup.run.name} is ${incident.excessC.toFixed(1)} °C warmer than its neighbours along the pipe say it should be.`,
      path: incident.path,
      peakExcessC: incident.peakExcessC,
      lossFormula: loss.formula,
      lossLowKgPerHour: loss.lowKgPerHour,
      lossHighKgPerHour: loss.highKgPerHour,
      completeness: incident.evidence.length === 0 ? 0 : known.length / incident.evidence.length,
      thresholdC: nearest ? Math.max(mediumC, Math.round(mediumSigma * nearest.spreadC * 100) / 100) : null,
      expectedSeries: expectedSeries.map(([timeUs, value]) => [timeUs, value]),
      sensors: incident.evidence.map((sensor) => ({ ...sensor, tagId: setup.sensors[sensor.sensor]?.tagId ?? null })),
    },
  };
}
