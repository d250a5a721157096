import type { CSSProperties, ReactNode } from 'react';
import { formatNumber } from '../format/format';
import { useText } from '../i18n/text';
import { PriorityMark } from '../parts/priority-mark';
import { useFormats } from '../shell/site-context';
import type { StripMarker, StripSensor } from './pipe-strip.types';
import { heatLevel, isUsable, markerIn, rulerTicks, type StripRow } from './strip-rows';

interface PipeRowProps {
  readonly row: StripRow;
  /** The pipe is drawn up to here. */
  readonly pipeEndM: number;
  readonly markers: readonly StripMarker[];
  readonly listId: string;
  readonly chosenId: string | undefined;
  readonly onChoose: (tagId: string) => void;
  readonly withValues: boolean;
}

const percent = (share: number): string => `${(share * 100).toFixed(3)}%`;
const MAX_EXCESS_C = 12;

const cellHeight = (sensor: StripSensor): string => {
  const excess = isUsable(sensor) ? (sensor.excess ?? 0) : 0;
  return `${34 + 66 * Math.max(0, Math.min(1, excess / MAX_EXCESS_C))}%`;
};

function cellStyle(sensor: StripSensor, row: StripRow, pitchM: number, pipeEndM: number): CSSProperties {
  const lengthM = row.toM - row.fromM;
  const left = Math.max(0, (sensor.positionM - pitchM / 2 - row.fromM) / lengthM);
  const right = Math.min(1, (Math.min(pipeEndM, sensor.positionM + pitchM / 2) - row.fromM) / lengthM);
  return { left: percent(left), width: `max(3px, calc(${percent(right - left)} - 2px))` };
}

export function PipeRow({ row, pipeEndM, markers, listId, chosenId, onChoose, withValues }: PipeRowProps): ReactNode {
  const { t } = useText();
  const { locale } = useFormats();
  const first = row.sensors[0];
  const last = row.sensors.at(-1);
  const pitchM = first && last && row.sensors.length > 1 ? (last.positionM - first.positionM) / (row.sensors.length - 1) : row.toM - row.fromM;
  const lengthM = row.toM - row.fromM;
  const share = (metres: number): string => percent((metres - row.fromM) / lengthM);
  const ticks = rulerTicks(row, pipeEndM, 6);
  return (
    <div className={withValues ? 'pipe-row tall' : 'pipe-row'} role="presentation">
      <div className="markers" aria-hidden="true">
        {markers.map((marker) => {
          const span = markerIn(row, marker);
          if (!span) return null;
          return (
            <span key={marker.id} className="marker" style={{ left: percent(span.left), width: percent(span.width) }}>
              {span.holdsPlace && <PriorityMark priority={marker.priority} quiet={marker.isSeen} size={24} />}
            </span>
          );
        })}
      </div>
      <div className="cells" role="presentation">
        <span className="pipe" style={{ width: share(Math.min(row.toM, pipeEndM)) }} />
        {row.sensors.map((sensor) => {
          const usable = isUsable(sensor);
          const value = usable ? formatNumber(locale, sensor.value, 1, sensor.unit) : t(sensor.quality === 'BAD' ? 'data.BAD' : sensor.value === null ? 'data.noData' : 'data.stale');
          return (
            <div
              key={sensor.tagId}
              id={`${listId}-${sensor.tagId}`}
              role="option"
              aria-selected={sensor.tagId === chosenId}
              className={usable ? `cell heat-${heatLevel(sensor.excess)}` : 'cell gap'}
              style={cellStyle(sensor, row, pitchM, pipeEndM)}
              onClick={() => onChoose(sensor.tagId)}
            >
              <i style={{ height: cellHeight(sensor) }} />
              <span className="hidden">
                {formatNumber(locale, sensor.positionM, 1, 'm')}: {value}
              </span>
              {withValues && <b aria-hidden="true">{usable ? formatNumber(locale, sensor.value, 0) : '×'}</b>}
            </div>
          );
        })}
      </div>
      <div className="ruler" aria-hidden="true">
        {ticks.map((metres, index) => (
          <span key={metres} className={metres === row.fromM ? 'at-start' : metres === row.toM ? 'at-end' : undefined} style={{ left: share(metres) }}>
            {formatNumber(locale, metres, 0, index === ticks.length - 1 ? 'm' : '')}
          </span>
        ))}
      </div>
    </div>
  );
}
