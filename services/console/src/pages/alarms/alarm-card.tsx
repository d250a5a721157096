import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { AlarmPartsFragment } from '../../generated/graphql';
import { formatDateTime } from '../../format/format';
import { useText } from '../../i18n/text';
import { PriorityMark } from '../../parts/priority-mark';
import { sitePath, useFormats, useSite } from '../../shell/site-context';
import { useAlarmActions } from './alarm-actions';
import { ShelveButton } from './shelve-form';

export function AlarmCard({ alarm }: { readonly alarm: AlarmPartsFragment }): ReactNode {
  const { t } = useText();
  const formats = useFormats();
  const { slug } = useSite();
  const actions = useAlarmActions(alarm.id);
  const can = (action: (typeof alarm.allowedActions)[number]): boolean => alarm.allowedActions.includes(action);
  const isSeen = alarm.state !== 'UNACKNOWLEDGED' && alarm.state !== 'RETURNED_UNACKNOWLEDGED';
  const withheld = alarm.suppressedReason ?? alarm.outOfServiceReason;
  return (
    <li className="panel alarm-card" data-testid="alarm-card" data-state={alarm.state}>
      <PriorityMark priority={alarm.priority} quiet={isSeen} size={34} />
      <div>
        <h2>{alarm.leakAlert ? <Link to={sitePath(slug, `/leaks/${alarm.leakAlert.id}`)}>{alarm.title}</Link> : alarm.title}</h2>
        <p className="small">
          <span className="strong">{t(`alarmState.${alarm.state}`)}</span>
          <span className="dim">
            {' · '}
            {t(alarm.active ? 'alarm.active' : 'alarm.cleared')} · {t(`alarmKind.${alarm.kind}`)} · {t('alarms.raised')} {formatDateTime(formats, alarm.raisedAt)}
            {alarm.assignee && ` · ${alarm.assignee.name}`}
          </span>
        </p>
        <p className="small" style={{ marginTop: 4 }}>
          <span className="dim">{t('alarm.action')}:</span> {alarm.action}
        </p>
        {alarm.shelvedUntil && <p className="small off">{t('alarm.shelvedUntil', { time: formatDateTime(formats, alarm.shelvedUntil), reason: alarm.shelvedReason ?? '' })}</p>}
        {withheld && <p className="small off">{withheld}</p>}
      </div>
      <div className="row alarm-buttons">
        {can('ACKNOWLEDGE') && (
          <Button size="md" loading={actions.isBusy} onClick={() => void actions.acknowledge()}>
            {t('alarm.acknowledge')}
          </Button>
        )}
        {can('UNSHELVE') && (
          <Button size="md" variant="default" loading={actions.isBusy} onClick={() => void actions.unshelve()}>
            {t('alarm.unshelve')}
          </Button>
        )}
        {can('SHELVE') && <ShelveButton actions={actions} />}
      </div>
    </li>
  );
}
