import type { ContinuityKind, Quality } from '../generated/graphql';
import type { Text } from '../i18n/text';
import type { ChartBand } from './time-chart.types';

export interface QualityPoint {
  readonly time: string;
  readonly value?: number | null | undefined;
  readonly quality: Quality;
}

interface Continuity {
  readonly kind: ContinuityKind;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

/** A bad sample is no value: the line breaks there. */
export const linePoints = (points: readonly QualityPoint[]): readonly (readonly [number, number | null])[] =>
  points.map(({ time, value, quality }) => [Date.parse(time), quality === 'BAD' ? null : (value ?? null)]);

/** One band per run of samples of the same lesser quality, up to the next sample. */
export function qualityBands(points: readonly QualityPoint[], toMs: number, t: Text): readonly ChartBand[] {
  const bands: ChartBand[] = [];
  points.forEach(({ time, quality }, index) => {
    if (quality === 'GOOD') return;
    const kind = quality === 'BAD' ? 'bad' : 'uncertain';
    const next = points[index + 1];
    const fromMs = Date.parse(time);
    const endMs = next ? Date.parse(next.time) : toMs;
    const last = bands.at(-1);
    if (last?.kind === kind && last.toMs === fromMs) bands[bands.length - 1] = { ...last, toMs: endMs };
    else bands.push({ kind, fromMs, toMs: endMs, text: t(kind === 'bad' ? 'chart.bad' : 'chart.uncertain') });
  });
  return bands;
}

export const gapBands = (continuity: readonly Continuity[], t: Text): readonly ChartBand[] =>
  continuity
    .filter(({ kind }) => kind !== 'BACKFILLED')
    .map(({ kind, from, to, reason }) => ({ kind: 'gap', fromMs: Date.parse(from), toMs: Date.parse(to), text: `${t(`data.${kind}`)}: ${reason}` }));
