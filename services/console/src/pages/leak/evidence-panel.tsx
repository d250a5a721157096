import { useMemo, type ReactNode } from 'react';
import { LazyTimeChart } from '../../charts/lazy-time-chart';
import { gapBands, linePoints, qualityBands } from '../../charts/quality-bands';
import type { ChartSeries, SeriesLook, TimeChartProps } from '../../charts/time-chart.types';
import type { EvidenceRole, LeakEvidenceQuery } from '../../generated/graphql';
import { formatNumber } from '../../format/format';
import { useText, type Text } from '../../i18n/text';
import { useLiveQuery } from '../../live/live-query';
import { Completeness } from '../../parts/figure';
import { Panel } from '../../parts/panel';
import { Answered, NotFound } from '../../parts/states';
import { useFormats } from '../../shell/site-context';
import { LeakEvidenceDocument } from './leak.documents';

type Evidence = NonNullable<LeakEvidenceQuery['leakAlert']>['evidence'];

interface EvidencePanelProps {
  readonly leakId: string;
  readonly title: string;
  readonly onsetAt: string;
}

export function EvidencePanel({ leakId, title, onsetAt }: EvidencePanelProps): ReactNode {
  const { t } = useText();
  const asked = useLiveQuery({ query: LeakEvidenceDocument, variables: { id: leakId }, on: ['alarm'], everySeconds: 15 });
  const completeness = asked.data?.leakAlert?.evidence.completeness;
  return (
    <Panel title={t('leak.evidenceTitle')} note={completeness !== undefined && <Completeness share={completeness} />} testId="leak-evidence">
      <Answered asked={asked}>
        {(data) =>
          data.leakAlert ? (
            <>
              <p style={{ marginBottom: 10 }}>{data.leakAlert.evidence.summary}</p>
              <EvidenceChart evidence={data.leakAlert.evidence} title={title} onsetAt={onsetAt} />
            </>
          ) : (
            <NotFound />
          )
        }
      </Answered>
    </Panel>
  );
}

const LOOKS: Readonly<Record<EvidenceRole, SeriesLook>> = { SENSOR: 'leak', NEIGHBOUR: 'context', EXPECTED: 'expected', THRESHOLD: 'threshold' };

const nameOf = (series: Evidence['series'][number], locale: string, t: Text): string => {
  const position = formatNumber(locale, series.positionM, 1, 'm');
  if (series.role === 'SENSOR') return t('leak.sensorAt', { position });
  return series.role === 'NEIGHBOUR' ? t('leak.neighbourAt', { position }) : t(`leak.${series.role}`);
};

function EvidenceChart({ evidence, title, onsetAt }: { readonly evidence: Evidence; readonly title: string; readonly onsetAt: string }): ReactNode {
  const { t } = useText();
  const { locale } = useFormats();
  const chart = useMemo((): TimeChartProps => {
    const toMs = Date.parse(evidence.to);
    const sensor = evidence.series.find(({ role }) => role === 'SENSOR');
    const ordered = [...(sensor ? [sensor] : []), ...evidence.series.filter((one) => one !== sensor && one.points.length > 0)];
    return {
      title,
      unit: evidence.unit,
      fromMs: Date.parse(evidence.from),
      toMs,
      series: ordered.map((one): ChartSeries => ({ name: nameOf(one, locale, t), ...(one.role === 'NEIGHBOUR' ? { group: t('leak.neighbours') } : {}), look: LOOKS[one.role], points: linePoints(one.points) })),
      bands: [...(sensor ? qualityBands(sensor.points, toMs, t) : []), ...gapBands(evidence.continuity, t)],
      mark: { atMs: Date.parse(onsetAt), text: t('leak.onset') },
      height: 340,
    };
    // `t` is made anew on every render; the locale stands for its language.
  }, [evidence, title, onsetAt, locale]);
  return <LazyTimeChart {...chart} />;
}
