import type { ReactNode } from 'react';
import { formatDuration, formatTime } from '../format/format';
import type { LineStateKind } from '../generated/graphql';
import { useText } from '../i18n/text';
import { useFormats } from '../shell/site-context';
import { stateLabel } from '../pages/line/state-label';
import './state-timeline.css';

interface Interval {
  readonly state: LineStateKind;
  readonly label?: string | null;
  readonly from: string;
  readonly to: string;
}

interface StateTimelineProps {
  readonly intervals: readonly Interval[];
  readonly fromMs: number;
  readonly toMs: number;
}

const HOUR_MS = 3_600_000;
const NORMAL: readonly LineStateKind[] = ['PRODUCING', 'PLANNED_STOP'];
const lengthS = ({ from, to }: Interval): number => (Date.parse(to) - Date.parse(from)) / 1000;

/** What the line did over a shift, as a band and, for the longest stops, in words. */
export function StateTimeline({ intervals, fromMs, toMs }: StateTimelineProps): ReactNode {
  const { t } = useText();
  const formats = useFormats();
  const at = (ms: number): string => `${((ms - fromMs) / (toMs - fromMs)) * 100}%`;
  const kinds = [...new Set(intervals.map(({ state }) => state))];
  const stops = intervals.filter(({ state }) => !NORMAL.includes(state)).toSorted((a, b) => lengthS(b) - lengthS(a)).slice(0, 5);
  const hours = Array.from({ length: Math.floor((toMs - fromMs) / HOUR_MS) + 1 }, (_, index) => fromMs + index * HOUR_MS);
  const secondsOf = (kind: LineStateKind): number => intervals.filter(({ state }) => state === kind).reduce((sum, interval) => sum + lengthS(interval), 0);
  return (
    <div className="timeline">
      <div className="band" aria-hidden="true">
        {intervals.map((interval) => (
          <i key={`${interval.from} ${interval.state}`} className={`line-state ${interval.state.toLowerCase()}`} style={{ left: at(Date.parse(interval.from)), width: `calc(${at(Date.parse(interval.to))} - ${at(Date.parse(interval.from))})` }} title={`${formatTime(formats, interval.from)}–${formatTime(formats, interval.to)} ${stateLabel(interval.state, interval.label, t)}`} />
        ))}
      </div>
      <div className="hours" aria-hidden="true">
        {hours.map((ms) => (
          <span key={ms} style={{ left: at(ms) }}>
            {formatTime(formats, new Date(ms).toISOString())}
          </span>
        ))}
      </div>
      <ul className="plain row small">
        {kinds.map((kind) => (
          <li key={kind} className="row" style={{ gap: 6 }}>
            <i className={`swatch line-state ${kind.toLowerCase()}`} aria-hidden="true" />
            {t(`lineState.${kind}`)} <span className="dim">{formatDuration(formats.locale, secondsOf(kind))}</span>
          </li>
        ))}
      </ul>
      {stops.length > 0 && (
        <ul className="plain row small stops">
          {stops.map((stop) => (
            <li key={stop.from}>
              <span className="dim nowrap">
                {formatTime(formats, stop.from)}–{formatTime(formats, stop.to)}
              </span>{' '}
              {stateLabel(stop.state, stop.label, t)}, <span className="strong">{formatDuration(formats.locale, lengthS(stop))}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
