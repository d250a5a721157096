import { Button } from '@mantine/core';
import { useEffect, type ReactNode } from 'react';
import { Link } from 'react-router';
import { formatDateTime, formatNumber } from '../../format/format';
import { useText } from '../../i18n/text';
import { PriorityMark } from '../../parts/priority-mark';
import { useSession } from '../../shell/session';
import { sitePath, useFormats, useSite } from '../../shell/site-context';
import type { AlarmActions } from '../alarms/alarm-actions';
import type { LeakData } from './leak-page';

/** Where, how sure, which state, and the next step as one large button. */
export function LeakHead({ leak, actions }: { readonly leak: LeakData; readonly actions: AlarmActions }): ReactNode {
  const { t } = useText();
  const formats = useFormats();
  const { slug } = useSite();
  const { me } = useSession();
  const { locale } = formats;
  const { alarm } = leak;
  const place = t('leak.at', { position: `${formatNumber(locale, leak.place.positionM, 1)} ± ${formatNumber(locale, leak.place.plusMinusM, 1, 'm')}` });
  useEffect(() => {
    document.title = `${leak.pipeRun.name} ${place} · Telltale`;
  }, [leak.pipeRun.name, place]);
  const isSeen = alarm.state !== 'UNACKNOWLEDGED' && alarm.state !== 'RETURNED_UNACKNOWLEDGED';
  const canTake = alarm.allowedActions.includes('ASSIGN') && !alarm.allowedActions.includes('ACKNOWLEDGE') && alarm.assignee === null;
  return (
    <div className="leak-head" data-testid="leak-head" data-state={leak.state}>
      <PriorityMark priority={alarm.priority} quiet={isSeen} size={44} />
      <div>
        <h1>
          <Link to={sitePath(slug, `/pipes/${leak.pipeRun.id}`)} style={{ textDecoration: 'none' }}>
            {leak.pipeRun.name}
          </Link>{' '}
          <span className="nowrap" data-testid="leak-place">
            {place}
          </span>
        </h1>
        <p>
          <span className="strong" data-testid="leak-state">
            {t(`leakState.${leak.state}`)}
          </span>
          <span className="dim">
            {' · '}
            {t('leak.since', { time: formatDateTime(formats, leak.onsetAt) })} · {t('leak.excess', { value: formatNumber(locale, leak.excessC, 1, '°C') })} · {t('leak.confidence', { percent: formatNumber(locale, leak.confidence * 100, 0, '%') })}
          </span>
        </p>
      </div>
      <div className="actions">
        {alarm.allowedActions.includes('ACKNOWLEDGE') && (
          <Button size="lg" loading={actions.isBusy} onClick={() => void actions.acknowledge()} data-testid="acknowledge">
            {t('alarm.acknowledge')}
          </Button>
        )}
        {canTake && (
          <Button size="lg" variant="default" loading={actions.isBusy} onClick={() => void actions.assign(me.id)}>
            {t('alarm.assignMe')}
          </Button>
        )}
        {alarm.allowedActions.includes('MARK_REPAIRED') && (
          <Button size="lg" loading={actions.isBusy} onClick={() => void actions.markRepaired()} data-testid="mark-repaired">
            {t('alarm.repaired')}
          </Button>
        )}
      </div>
    </div>
  );
}
