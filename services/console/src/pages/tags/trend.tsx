import { useMemo, type ReactNode } from 'react';
import { LazyTimeChart } from '../../charts/lazy-time-chart';
import { gapBands, linePoints, qualityBands } from '../../charts/quality-bands';
import type { ChartSeries } from '../../charts/time-chart.types';
import { formatDuration } from '../../format/format';
import type { TagBucketsQuery, TagKind } from '../../generated/graphql';
import { useText } from '../../i18n/text';
import { useLiveQuery } from '../../live/live-query';
import { useSteadyNow } from '../../live/now';
import { Completeness } from '../../parts/figure';
import { Answered, StatePage } from '../../parts/states';
import { useFormats } from '../../shell/site-context';
import { TagBucketsDocument, TagSamplesDocument } from './tags.documents';

interface TrendTag {
  readonly id: string;
  readonly name: string;
  readonly unit: string;
  readonly kind: TagKind;
}

const HOUR_MS = 3_600_000;
const iso = (ms: number): string => new Date(ms).toISOString();

/** Every sample of the last hour. */
export function SampleTrend({ tag }: { readonly tag: TrendTag }): ReactNode {
  const { t } = useText();
  const toMs = useSteadyNow(10) + 10_000;
  const fromMs = toMs - HOUR_MS;
  const variables = useMemo(() => ({ tagId: tag.id, from: iso(fromMs), to: iso(toMs) }), [tag.id, fromMs, toMs]);
  const asked = useLiveQuery({ query: TagSamplesDocument, variables });
  return (
    <Answered asked={asked}>
      {({ samples }) => {
        if (samples.samples.length === 0) return <StatePage title={t('tags.noSamplesTitle')} text={t('tags.noSamples')} />;
        const bands = [...qualityBands(samples.samples, toMs, t), ...gapBands(samples.continuity, t)];
        const series: ChartSeries = { name: tag.name, look: 'main', points: linePoints(samples.samples), stepped: tag.kind !== 'ANALOG' };
        return (
          <>
            <LazyTimeChart title={tag.name} unit={tag.unit} fromMs={fromMs} toMs={toMs} series={[series]} bands={bands} />
            <p className="small dim">
              <Completeness share={samples.completeness} />
              {samples.thinned && ` · ${t('tags.thinned')}`}
            </p>
          </>
        );
      }}
    </Answered>
  );
}

const bucketSecondsFor = (hours: number): number => (hours <= 8 ? 60 : 600);

/** Mean, minimum and maximum per bucket for longer times. */
export function BucketTrend({ tag, hours }: { readonly tag: TrendTag; readonly hours: number }): ReactNode {
  const { t } = useText();
  const { locale } = useFormats();
  const bucketSeconds = bucketSecondsFor(hours);
  const toMs = useSteadyNow(bucketSeconds) + bucketSeconds * 1000;
  const fromMs = toMs - hours * HOUR_MS;
  const variables = useMemo(() => ({ tagIds: [tag.id], from: iso(fromMs), to: iso(toMs), bucketSeconds }), [tag.id, fromMs, toMs, bucketSeconds]);
  const asked = useLiveQuery({ query: TagBucketsDocument, variables });
  return (
    <Answered asked={asked}>
      {({ buckets: [found] }) => {
        if (!found || found.buckets.every(({ mean }) => mean === null)) return <StatePage title={t('tags.noSamplesTitle')} text={t('tags.noSamples')} />;
        const bands = [...emptyBands(found.buckets, bucketSeconds, t('chart.gap')), ...gapBands(found.continuity, t)];
        return (
          <>
            <LazyTimeChart title={tag.name} unit={tag.unit} fromMs={fromMs} toMs={toMs} series={bucketSeries(found.buckets, t('tags.mean'), t('tags.minMax'))} bands={bands} />
            <p className="small dim">
              <Completeness share={found.completeness} /> · {t('tags.mean')} {formatDuration(locale, bucketSeconds)}
            </p>
          </>
        );
      }}
    </Answered>
  );
}

type Buckets = TagBucketsQuery['buckets'][number]['buckets'];

const bucketSeries = (buckets: Buckets, meanName: string, rangeName: string): readonly ChartSeries[] => {
  const of = (pick: (bucket: Buckets[number]) => number | null | undefined): ChartSeries['points'] => buckets.map((bucket) => [Date.parse(bucket.start), pick(bucket) ?? null]);
  return [
    { name: meanName, look: 'main', points: of(({ mean }) => mean) },
    { name: rangeName, look: 'range-low', points: of(({ min }) => min) },
    { name: rangeName, look: 'range-high', points: of(({ max }) => max) },
  ];
};

/** Buckets without any good sample between the first and the last one that has some. */
function emptyBands(buckets: Buckets, bucketSeconds: number, text: string): readonly { kind: 'gap'; fromMs: number; toMs: number; text: string }[] {
  const last = buckets.findLastIndex(({ mean }) => mean !== null);
  return buckets.slice(0, Math.max(0, last)).flatMap(({ start, completeness }) => (completeness > 0 ? [] : [{ kind: 'gap' as const, fromMs: Date.parse(start), toMs: Date.parse(start) + bucketSeconds * 1000, text }]));
}
