import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { PipeStrip } from '../../charts/pipe-strip';
import { formatNumber } from '../../format/format';
import { useText } from '../../i18n/text';
import type { PipeSensorPartsFragment } from '../../generated/graphql';
import { useLiveQuery } from '../../live/live-query';
import { Panel } from '../../parts/panel';
import { Answered, NotFound } from '../../parts/states';
import { sitePath, useFormats, useSite } from '../../shell/site-context';
import { markerOf, useStripSensors } from '../pipe/strip-sensors';
import { LeakSensorsDocument } from './leak.documents';
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
  // Apart from the alert itself: what a person did must show at once, also on a slow line.
  const asked = useLiveQuery({ query: LeakSensorsDocument, variables: { pipeRunId: leak.pipeRun.id }, everySeconds: 15 });
  return (
    <Panel
      title={t('leak.mapTitle')}
      testId="leak-map"
      note={`${formatNumber(locale, fromM, 0)}–${formatNumber(locale, toM, 0, 'm')} / ${formatNumber(locale, lengthM, 0, 'm')}`}
      right={<Link to={sitePath(slug, `/pipes/${leak.pipeRun.id}`)}>{leak.pipeRun.name}</Link>}
    >
      <PipeBar fromM={fromM} toM={toM} lengthM={lengthM} positionM={positionM} />
      <Answered asked={asked}>{({ pipeRun }) => (pipeRun ? <Stretch leak={leak} all={pipeRun.sensors} fromM={fromM} toM={toM} /> : <NotFound />)}</Answered>
    </Panel>
  );
}

interface StretchProps {
  readonly leak: LeakData;
  readonly all: readonly PipeSensorPartsFragment[];
  readonly fromM: number;
  readonly toM: number;
}

function Stretch({ leak, all, fromM, toM }: StretchProps): ReactNode {
  const { t } = useText();
  const sensors = useStripSensors(all.filter(({ positionM }) => positionM >= fromM && positionM <= toM));
  return <PipeStrip label={t('leak.mapTitle')} sensors={sensors} markers={[markerOf(leak)]} fromM={fromM} toM={toM} cellPx={22} withValues />;
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
