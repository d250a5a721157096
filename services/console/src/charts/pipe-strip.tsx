import { useElementSize } from '@mantine/hooks';
import { useId, useState, type KeyboardEvent, type ReactNode } from 'react';
import { formatNumber } from '../format/format';
import { useText } from '../i18n/text';
import { useFormats } from '../shell/site-context';
import type { StripMarker, StripSensor } from './pipe-strip.types';
import { SensorLine } from './sensor-line';
import { foldPipe, isUsable } from './strip-rows';
import { PipeRow } from './pipe-row';
import './pipe-strip.css';

interface PipeStripProps {
  readonly label: string;
  readonly sensors: readonly StripSensor[];
  readonly markers: readonly StripMarker[];
  readonly fromM: number;
  readonly toM: number;
  readonly cellPx?: number;
  /** Writes the values into the cells: only for a short stretch. */
  readonly withValues?: boolean;
}

/** The pipe as heat cells in metres, folded into rows. One tab stop; arrow keys walk along the pipe. */
export function PipeStrip({ label, sensors, markers, fromM, toM, cellPx = 24, withValues = false }: PipeStripProps): ReactNode {
  const { t } = useText();
  const { locale } = useFormats();
  const { ref, width } = useElementSize();
  const listId = useId();
  const hottest = sensors.filter(isUsable).reduce<StripSensor | undefined>((best, one) => ((one.excess ?? 0) > (best?.excess ?? 0) ? one : best), undefined);
  const [chosenId, choose] = useState<string | null>(null);
  const chosen = sensors.find(({ tagId }) => tagId === chosenId) ?? hottest ?? sensors[0];
  const rows = width > 0 ? foldPipe(sensors, fromM, toM, width, cellPx) : [];

  const walk = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = sensors.findIndex(({ tagId }) => tagId === chosen?.tagId);
    const next = sensors[Math.max(0, Math.min(sensors.length - 1, at + step))];
    if (next) choose(next.tagId);
  };

  return (
    <div className="strip" ref={ref}>
      {rows.length > 0 && (
        <div role="listbox" aria-label={label} tabIndex={0} onKeyDown={walk} aria-activedescendant={chosen ? `${listId}-${chosen.tagId}` : undefined}>
          {rows.map((row) => (
            <PipeRow key={row.fromM} row={row} pipeEndM={toM} markers={markers} listId={listId} chosenId={chosen?.tagId} onChoose={choose} withValues={withValues} />
          ))}
        </div>
      )}
      {chosen && <SensorLine sensor={chosen} />}
      <p className="legend small dim">
        <span>
          {[0, 1, 2, 3, 4].map((level) => (
            <i key={level} className={`swatch heat-${level}`} aria-hidden="true" />
          ))}{' '}
          {t('pipe.legend.none')} → {formatNumber(locale, 8, 0, '°C')} {t('pipe.legend.excess')}
        </span>
        <span>
          <i className="swatch gap" aria-hidden="true" /> {t('pipe.legend.bad')}
        </span>
        {markers.length > 0 && (
          <span>
            <i className="swatch bracket" aria-hidden="true" /> {t('pipe.legend.place')}
          </span>
        )}
      </p>
    </div>
  );
}
