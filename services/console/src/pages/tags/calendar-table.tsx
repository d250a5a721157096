import type { ReactNode } from 'react';
import { digitsFor, formatDateTime, formatDay, formatDuration, formatNumber, formatTime } from '../../format/format';
import type { CalendarPartsFragment } from '../../generated/graphql';
import { useText } from '../../i18n/text';
import { useNow } from '../../live/now';
import { Completeness } from '../../parts/figure';
import { useFormats, useSite } from '../../shell/site-context';
import { shiftName } from '../line/shift-name';
import { calendarRows, type CalendarRow } from './calendar-row';

interface CalendarTableProps {
  readonly period: 'shifts' | 'days';
  readonly unit: string;
  readonly buckets: readonly CalendarPartsFragment[];
}

const DAY_SECONDS = 86_400;
const withUnit = (label: string, unit: string): string => (unit ? `${label} (${unit})` : label);

export function CalendarTable({ period, unit, buckets }: CalendarTableProps): ReactNode {
  const { t } = useText();
  const { timeZone } = useSite();
  const rows = calendarRows(buckets, useNow(10));
  const largest = Math.max(...buckets.flatMap(({ min, max }) => [Math.abs(min ?? 0), Math.abs(max ?? 0)]));
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label={t('calendar.title')}>
      <table className="grid fold">
        <caption>
          {t('calendar.goodOnly')} · {t('data.plantTime', { zone: timeZone })}
        </caption>
        <thead>
          <tr>
            <th scope="col">{t(period === 'shifts' ? 'yield.shift' : 'calendar.day')}</th>
            <th scope="col" className="num">{withUnit(t('tags.mean'), unit)}</th>
            <th scope="col" className="num">{withUnit(t('calendar.min'), unit)}</th>
            <th scope="col" className="num">{withUnit(t('calendar.max'), unit)}</th>
            <th scope="col" className="num">{t('calendar.data')}</th>
            <th scope="col">{t('calendar.afterEnd')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.bucket.start} row={row} unit={unit} largest={largest} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ row, unit, largest }: { readonly row: CalendarRow; readonly unit: string; readonly largest: number }): ReactNode {
  const { t } = useText();
  const { locale } = useFormats();
  const { bucket, content, isRunning, completeness } = row;
  // One number of digits for a column of measured values.
  const figure = (value: number | null | undefined): string => formatNumber(locale, value, digitsFor(unit ? largest : value, unit));
  return (
    <tr data-testid="calendar-row" data-content={content} data-running={isRunning}>
      <td>
        <Name bucket={bucket} />
      </td>
      <td className="num" data-label={withUnit(t('tags.mean'), unit)}>
        {figure(bucket.mean)}
      </td>
      <td className="num" data-label={withUnit(t('calendar.min'), unit)}>
        {figure(bucket.min)}
      </td>
      <td className="num" data-label={withUnit(t('calendar.max'), unit)}>
        {figure(bucket.max)}
      </td>
      <td className="num small" data-label={t('calendar.data')}>
        {content === 'figures' ? <Completeness share={completeness} /> : <NoFigures content={content} />}
      </td>
      <td className="small after-end" data-label={t('calendar.afterEnd')}>
        {isRunning ? t('calendar.running') : <Revised bucket={bucket} />}
      </td>
    </tr>
  );
}

function Name({ bucket: { start, end, name, productionDay } }: { readonly bucket: CalendarPartsFragment }): ReactNode {
  const { t } = useText();
  const formats = useFormats();
  const seconds = (Date.parse(end) - Date.parse(start)) / 1000;
  const hours = typeof name === 'string' ? `${formatTime(formats, start)}–${formatTime(formats, end)}` : seconds === DAY_SECONDS ? '' : formatDuration(formats.locale, seconds);
  return (
    <>
      <span className="strong">{formatDay(formats.locale, productionDay)}</span> {typeof name === 'string' && shiftName(name, t)} <span className="dim small nowrap">{hours}</span>
    </>
  );
}

function NoFigures({ content }: { readonly content: 'empty' | 'no-good' }): ReactNode {
  const { t } = useText();
  return (
    <span className="off nowrap">
      <span aria-hidden="true">○ </span>
      {t(content === 'empty' ? 'data.noData' : 'calendar.noGood')}
    </span>
  );
}

function Revised({ bucket: { revision, revisedAt } }: { readonly bucket: CalendarPartsFragment }): ReactNode {
  const { t } = useText();
  const formats = useFormats();
  if (revision === 0 || !revisedAt) return <span className="dim">{t('calendar.unchanged')}</span>;
  return (
    <span className="nowrap" title={t('calendar.revisedLong')}>
      <span aria-hidden="true">↻ </span>
      {t('calendar.revised', { count: revision, time: formatDateTime(formats, revisedAt) })}
    </span>
  );
}
