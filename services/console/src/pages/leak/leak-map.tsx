import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { PipeStrip } from '../../charts/pipe-strip';
import { formatNumber } from '../../format/format';
import { useText } from '../../i18n/text';
import { Panel } from '../../parts/panel';
import { sitePath, useFormats, useSite } from '../../shell/site-context';
import { markerOf, useStripSensors } from '../pipe/strip-sensors';
import type { LeakData } from './leak-page';

const AROUND_M = 9;

/** The stretch of pipe around the leak, wide enough to walk to the right place. */
export function LeakMap({ leak }: { readonly leak: LeakData }): ReactNode {
  const { t } = useText();
  const { locale } = useFormats();
  const { slug } = useSite();
  const { positionM } = leak.place;
  const { lengthM } = leak.pipeRun;
  const middle = Math.round(positionM);
  const fromM = Math.max(0, Math.min(middle - AROUND_M, lengthM - 2 * AROUND_M));
  const toM = Math.min(lengthM, fromM + 2 * AROUND_M);
  const inside = leak.pipeRun.sensors.filter((sensor) => sensor.positionM >= fromM && sensor.positionM <= toM);
  const sensors = useStripSensors(inside);
  return (
    <Panel
      title={t('leak.mapTitle')}
      testId="leak-map"
      note={`${formatNumber(locale, fromM, 0)}–${formatNumber(locale, toM, 0, 'm')} / ${formatNumber(locale, lengthM, 0, 'm')}`}
      right={<Link to={sitePath(slug, `/pipes/${leak.pipeRun.id}`)}>{leak.pipeRun.name}</Link>}
    >
      <PipeBar fromM={fromM} toM={toM} lengthM={lengthM} positionM={positionM} />
      <PipeStrip label={t('leak.mapTitle')} sensors={sensors} markers={[markerOf(leak)]} fromM={fromM} toM={toM} cellPx={22} withValues />
    </Panel>
  );
}

interface PipeBarProps {
  readonly fromM: number;
  readonly toM: number;
  readonly lengthM: number;
  readonly positionM: number;
}

/** Where the stretch below lies on the whole pipe. */
function PipeBar({ fromM, toM, lengthM, positionM }: PipeBarProps): ReactNode {
  const at = (metres: number): string => `${(metres / lengthM) * 100}%`;
  return (
    <div className="pipe-bar" aria-hidden="true">
      <i style={{ left: at(fromM), width: at(toM - fromM) }} />
      <b style={{ left: at(positionM) }} />
    </div>
  );
}
