import type { ReactNode } from 'react';
import { useParams } from 'react-router';
import type { LeakQuery } from '../../generated/graphql';
import { useText } from '../../i18n/text';
import { useLiveQuery } from '../../live/live-query';
import { Panel } from '../../parts/panel';
import { Answered, NotFound } from '../../parts/states';
import { useAlarmActions } from '../alarms/alarm-actions';
import { EvidencePanel } from './evidence-panel';
import { Handling } from './handling';
import { History } from './history';
import { LeakHead } from './leak-head';
import { LeakMap } from './leak-map';
import { LeakDocument } from './leak.documents';
import { LossPanel } from './loss-panel';

export type LeakData = NonNullable<LeakQuery['leakAlert']>;

export function LeakPage(): ReactNode {
  const { id = '' } = useParams();
  const asked = useLiveQuery({ query: LeakDocument, variables: { id }, on: ['alarm'], everySeconds: 10 });
  return <Answered asked={asked}>{(data) => (data.leakAlert ? <Content leak={data.leakAlert} /> : <NotFound />)}</Answered>;
}

function Content({ leak }: { readonly leak: LeakData }): ReactNode {
  const { t } = useText();
  const actions = useAlarmActions(leak.alarm.id);
  return (
    <>
      <LeakHead leak={leak} actions={actions} />
      <div className="leak-grid">
        <LeakMap leak={leak} />
        <div className="stack aside">
          <LossPanel leak={leak} />
          <Panel title={t('leak.todoTitle')}>
            <dl className="kv" style={{ gridTemplateColumns: '1fr', gap: 2 }}>
              <dt className="small">{t('alarm.action')}</dt>
              <dd className="strong">{leak.alarm.action}</dd>
              <dt className="small" style={{ marginTop: 8 }}>
                {t('alarm.cause')}
              </dt>
              <dd>{leak.alarm.cause}</dd>
              <dt className="small" style={{ marginTop: 8 }}>
                {t('alarm.consequence')}
              </dt>
              <dd>{leak.alarm.consequence}</dd>
            </dl>
          </Panel>
          <Handling leak={leak} actions={actions} />
        </div>
        <EvidencePanel leakId={leak.id} title={leak.pipeRun.name} onsetAt={leak.onsetAt} />
        <History leak={leak} />
      </div>
    </>
  );
}
