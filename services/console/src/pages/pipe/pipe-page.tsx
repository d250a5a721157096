import { NativeSelect } from '@mantine/core';
import type { ReactNode } from 'react';
import { useNavigate, useParams } from 'react-router';
import { PipeStrip } from '../../charts/pipe-strip';
import { isUsable } from '../../charts/strip-rows';
import type { PipeQuery } from '../../generated/graphql';
import { formatNumber } from '../../format/format';
import { useText } from '../../i18n/text';
import { useLiveQuery } from '../../live/live-query';
import { Figure } from '../../parts/figure';
import { Latest } from '../../parts/latest';
import { PageHead, Panel } from '../../parts/panel';
import { Answered, NotFound, StatePage } from '../../parts/states';
import { sitePath, useFormats, useSite } from '../../shell/site-context';
import { LeakRow } from '../leaks/leak-row';
import { PipeDocument } from './pipe.documents';
import { markerOf, useStripSensors } from './strip-sensors';

export function PipePage(): ReactNode {
  const { t } = useText();
  const site = useSite();
  const navigate = useNavigate();
  const { id } = useParams();
  const runId = id ?? site.pipeRuns[0]?.id;
  const asked = useLiveQuery({ query: PipeDocument, variables: { id: runId ?? '' }, pause: !runId, on: ['alarm'], everySeconds: 15 });
  if (!runId) return <StatePage title={t('pipe.noneTitle')} text={t('pipe.none')} />;
  const choice = site.pipeRuns.length > 1 && (
    <NativeSelect size="md" aria-label={t('pipe.title')} value={runId} onChange={(event) => void navigate(sitePath(site.slug, `/pipes/${event.currentTarget.value}`))} data={site.pipeRuns.map((run) => ({ value: run.id, label: run.name }))} />
  );
  return <Answered asked={asked}>{(data) => (data.pipeRun ? <Content run={data.pipeRun} choice={choice} /> : <NotFound />)}</Answered>;
}

interface ContentProps {
  readonly run: NonNullable<PipeQuery['pipeRun']>;
  readonly choice: ReactNode;
}

function Content({ run, choice }: ContentProps): ReactNode {
  const { t } = useText();
  const { locale } = useFormats();
  const sensors = useStripSensors(run.sensors);
  const good = sensors.filter(isUsable).length;
  const isLearning = sensors.length > 0 && sensors.every(({ expected }) => expected === null);
  return (
    <div className="stack">
      <PageHead title={run.name} note={`${run.medium} · ${formatNumber(locale, run.lengthM, 0, 'm')}`} right={choice} />
      <div className="figures" style={{ marginTop: -8 }}>
        <Figure label={t('nav.leaks')} value={run.openLeakAlerts.length === 0 ? t('overview.noLeaks') : t('overview.leakCount', { count: run.openLeakAlerts.length })} note={t('pipe.sensors', { good, count: sensors.length })} />
        {run.pipeTemperature && <Figure label={t('pipe.temperature')} value={<Latest latest={run.pipeTemperature.latest} unit={run.pipeTemperature.unit} />} note={run.pipeTemperature.name} />}
        {run.pressure && <Figure label={t('pipe.pressure')} value={<Latest latest={run.pressure.latest} unit={run.pressure.unit} />} note={run.pressure.name} />}
      </div>
      {run.openLeakAlerts.map((leak) => (
        <LeakRow key={leak.id} leak={leak} />
      ))}
      <Panel title={t('pipe.live')} note={isLearning ? t('pipe.learning') : t('pipe.hint')} testId="pipe-map">
        <PipeStrip label={t('pipe.live')} sensors={sensors} markers={run.openLeakAlerts.map(markerOf)} fromM={0} toM={run.lengthM} />
      </Panel>
    </div>
  );
}
