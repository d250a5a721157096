import type { ReactNode } from 'react';
import type { StripMarker, StripSensor } from './pipe-strip.types';
import { heatLevel, isUsable } from './strip-rows';
import './mini-strip.css';

interface MiniStripProps {
  readonly label: string;
  readonly sensors: readonly Pick<StripSensor, 'tagId' | 'positionM' | 'excess' | 'value' | 'quality' | 'stale'>[];
  readonly markers: readonly Pick<StripMarker, 'id' | 'positionM'>[];
  readonly lengthM: number;
}

/** A whole pipe in one line of heat cells, to see at a glance that it is quiet; the pipe map shows the rest. */
export function MiniStrip({ label, sensors, markers, lengthM }: MiniStripProps): ReactNode {
  return (
    <div className="mini-strip" role="img" aria-label={label}>
      {sensors.map((sensor) => (
        <i key={sensor.tagId} className={isUsable(sensor) ? `heat-${heatLevel(sensor.excess)}` : 'gap'} />
      ))}
      {markers.map(({ id, positionM }) => (
        <b key={id} style={{ left: `${(positionM / lengthM) * 100}%` }} />
      ))}
    </div>
  );
}
