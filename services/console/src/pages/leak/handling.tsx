import { Button, NativeSelect, Textarea } from '@mantine/core';
import { useState, type FormEvent, type ReactNode } from 'react';
import { formatDateTime } from '../../format/format';
import type { AlarmOutcome } from '../../generated/graphql';
import { useText } from '../../i18n/text';
import { useLiveQuery } from '../../live/live-query';
import { Panel } from '../../parts/panel';
import { useSession } from '../../shell/session';
import { useFormats } from '../../shell/site-context';
import type { AlarmActions } from '../alarms/alarm-actions';
import { ShelveButton } from '../alarms/shelve-form';
import { PeopleDocument } from './leak.documents';
import type { LeakData } from './leak-page';

const OUTCOMES: readonly AlarmOutcome[] = ['CONFIRMED_LEAK', 'NUISANCE', 'SENSOR_FAULT', 'TEST'];

interface HandlingProps {
  readonly leak: LeakData;
  readonly actions: AlarmActions;
}

/** Only what the state machine and the reader's role allow now. */
export function Handling({ leak, actions }: HandlingProps): ReactNode {
  const { t } = useText();
  const formats = useFormats();
  const { me } = useSession();
  const { alarm } = leak;
  const can = (action: (typeof alarm.allowedActions)[number]): boolean => alarm.allowedActions.includes(action);
  // Only those who may assign may see whom.
  const asked = useLiveQuery({ query: PeopleDocument, variables: {}, pause: !can('ASSIGN') });
  const known = asked.data?.assignablePeople ?? [];
  const people = alarm.assignee && !known.some(({ id }) => id === alarm.assignee?.id) ? [alarm.assignee, ...known] : known;
  return (
    <Panel title={t('leak.workTitle')} testId="leak-handling">
      <div className="stack">
        {alarm.shelvedUntil && <p className="off">{t('alarm.shelvedUntil', { time: formatDateTime(formats, alarm.shelvedUntil), reason: alarm.shelvedReason ?? '' })}</p>}
        {can('ASSIGN') ? (
          <NativeSelect
            size="md"
            label={t('leak.assignee')}
            value={alarm.assignee?.id ?? ''}
            disabled={actions.isBusy}
            onChange={(event) => void actions.assign(event.currentTarget.value || null)}
            data={[{ value: '', label: t('leak.nobody') }, ...people.map(({ id, name }) => ({ value: id, label: name }))]}
          />
        ) : (
          <p>
            <span className="dim">{t('leak.assignee')}:</span> {alarm.assignee?.name ?? t('leak.nobody')}
          </p>
        )}
        {can('SET_OUTCOME') && (
          <fieldset className="outcomes">
            <legend>{t('alarm.outcome')}</legend>
            {OUTCOMES.map((outcome) => (
              <Button key={outcome} size="md" variant={alarm.outcome === outcome ? 'filled' : 'default'} aria-pressed={alarm.outcome === outcome} loading={actions.isBusy} onClick={() => void actions.setOutcome(outcome)}>
                {t(`outcome.${outcome}`)}
              </Button>
            ))}
          </fieldset>
        )}
        {alarm.outcome && !can('SET_OUTCOME') && (
          <p>
            <span className="dim">{t('alarm.outcome')}</span> {t(`outcome.${alarm.outcome}`)}
          </p>
        )}
        {leak.state === 'REPAIRED' && <p className="dim">{t('alarm.repairedNote')}</p>}
        {can('COMMENT') && <CommentForm actions={actions} />}
        {(can('SHELVE') || can('UNSHELVE')) && (
          <div className="row">
            {can('UNSHELVE') && (
              <Button size="md" variant="default" loading={actions.isBusy} onClick={() => void actions.unshelve()}>
                {t('alarm.unshelve')}
              </Button>
            )}
            {can('SHELVE') && <ShelveButton actions={actions} />}
          </div>
        )}
        {alarm.allowedActions.length === 0 && <p className="dim">{me.role === 'VIEWER' ? t('leak.noActions', { role: t(`role.${me.role}`) }) : t('leak.nothingToDo')}</p>}
      </div>
    </Panel>
  );
}

function CommentForm({ actions }: { readonly actions: AlarmActions }): ReactNode {
  const { t } = useText();
  const [text, setText] = useState('');
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (await actions.comment(text.trim())) setText('');
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Textarea size="md" label={t('alarm.comment')} placeholder={t('alarm.commentHint')} autosize minRows={2} maxLength={2000} value={text} onChange={(event) => setText(event.currentTarget.value)} />
      <Button type="submit" size="md" variant="default" mt={8} loading={actions.isBusy} disabled={text.trim() === ''}>
        {t('alarm.send')}
      </Button>
    </form>
  );
}
