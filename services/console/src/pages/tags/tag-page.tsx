import { SegmentedControl } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import { useParams } from 'react-router';
import { digitsFor, formatDateTime, formatDuration, formatNumber } from '../../format/format';
import type { TagQuery } from '../../generated/graphql';
import { useText } from '../../i18n/text';
import { useLiveQuery } from '../../live/live-query';
import { useLiveValues } from '../../live/live-values';
import { Figure } from '../../parts/figure';
import { Latest } from '../../parts/latest';
import { PageHead } from '../../parts/panel';
import { Answered, NotFound } from '../../parts/states';
import { useFormats } from '../../shell/site-context';
import { CalendarPanel } from './calendar-panel';
import { DataPathPanel } from './data-path-panel';
import { SaveSamples } from './save-samples';
import { BucketTrend, SampleTrend } from './trend';
import { TagDocument } from './tags.documents';

const RANGES = ['1h', '8h', '3d'] as const;
type Range = (typeof RANGES)[number];
const HOURS: Readonly<Record<Range, number>> = { '1h': 1, '8h': 8, '3d': 72 };
const isRange = (value: string): value is Range => RANGES.some((range) => range === value);

type TagData = NonNullable<TagQuery['tag']>;

const formatScan = (locale: string, ms: number): string => (ms < 1000 ? formatNumber(locale, ms, 0, 'ms') : formatDuration(locale, ms / 1000));

/** Lowest and highest value that the device can give; empty where that is not set, and for a counter, which runs through all of it. */
function range(locale: string, { kind, rangeLow, rangeHigh, unit }: TagData): string {
  if (kind === 'COUNTER' || typeof rangeLow !== 'number' || typeof rangeHigh !== 'number') return '';
  return `${formatNumber(locale, rangeLow, digitsFor(rangeLow, ''))} … ${formatNumber(locale, rangeHigh, digitsFor(rangeHigh, ''), unit)}`;
}

/** One tag: what it is, its value now, its trend, and its figures per shift and day. */
export function TagPage(): ReactNode {
  const { t } = useText();
  const formats = useFormats();
  const { id = '' } = useParams();
  const [span, setSpan] = useState<Range>('1h');
  const asked = useLiveQuery({ query: TagDocument, variables: { id } });
  const live = useLiveValues(useMemo(() => [id], [id]));
  return (
    <Answered asked={asked}>
      {({ tag }) => {
        if (!tag) return <NotFound />;
        const latest = live.get(tag.id) ?? tag.latest;
        return (
          <div className="stack">
            <PageHead title={tag.name} note={<TagNote tag={tag} />} />
            <div className="figures" style={{ marginTop: -8 }}>
              <Figure label={t('tags.latest')} value={<Latest latest={latest} unit={tag.unit} />} note={latest && formatDateTime(formats, latest.sourceTime)} />
              <Figure label={t('tags.kind')} value={t(`tagKind.${tag.kind}`)} note={range(formats.locale, tag)} />
              <Figure label={t('tags.scan')} value={formatScan(formats.locale, tag.scanIntervalMs)} note={latest && t('tags.quality', { quality: t(`data.${latest.quality}`), status: latest.status })} />
            </div>
            <section className="panel" aria-label={t('tags.trend')}>
              <header>
                <h2>{t('tags.trend')}</h2>
                <span className="right">
                  <SegmentedControl size="md" aria-label={t('tags.trend')} value={span} onChange={(value) => isRange(value) && setSpan(value)} data={RANGES.map((value) => ({ value, label: t(`tags.range.${value}`) }))} />
                </span>
              </header>
              {span === '1h' ? <SampleTrend tag={tag} /> : <BucketTrend key={span} tag={tag} hours={HOURS[span]} />}
              <SaveSamples tagId={tag.id} hours={HOURS[span]} />
            </section>
            <CalendarPanel tagId={tag.id} unit={tag.unit} />
            <DataPathPanel tagId={tag.id} />
          </div>
        );
      }}
    </Answered>
  );
}

function TagNote({ tag }: { readonly tag: TagData }): ReactNode {
  const { t } = useText();
  const formats = useFormats();
  return (
    <>
      <span className="break">{tag.path}</span>
      {tag.retiredAt && (
        <span className="off">
          {' '}
          <span aria-hidden="true">✕ </span>
          {t('path.retired', { time: formatDateTime(formats, tag.retiredAt) })}
        </span>
      )}
    </>
  );
}
