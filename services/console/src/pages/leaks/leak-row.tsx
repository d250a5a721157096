import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { LeakRowPartsFragment } from '../../generated/graphql';
import { formatMoney, formatNumber, formatTime } from '../../format/format';
import { useText } from '../../i18n/text';
import { Completeness } from '../../parts/figure';
import { whyNoMoney } from '../leak/why-unknown';
import { PriorityMark } from '../../parts/priority-mark';
import { sitePath, useFormats, useSite } from '../../shell/site-context';

/** One leak, in the order a mechanic asks: how urgent, where, what it costs, who is on it. */
export function LeakRow({ leak }: { readonly leak: LeakRowPartsFragment }): ReactNode {
  const { t } = useText();
  const formats = useFormats();
  const site = useSite();
  const { locale } = formats;
  const isSeen = leak.alarm.state !== 'UNACKNOWLEDGED' && leak.alarm.state !== 'RETURNED_UNACKNOWLEDGED';
  const place = t('leak.at', { position: `${formatNumber(locale, leak.place.positionM, 1)} ± ${formatNumber(locale, leak.place.plusMinusM, 1, 'm')}` });
  return (
    <Link className="leak-row" to={sitePath(site.slug, `/leaks/${leak.id}`)} data-testid="leak-row" data-state={leak.state}>
      <PriorityMark priority={leak.alarm.priority} quiet={isSeen} />
      <span>
        <span className="strong">{leak.pipeRun.name}</span>
        <br />
        <span className="place nowrap" data-testid="leak-place">
          {place}
        </span>
      </span>
      <span className="what small">
        <span className="strong">{t(`leakState.${leak.state}`)}</span>
        <span className="dim">
          {leak.alarm.assignee && ` · ${leak.alarm.assignee.name}`} · {t('leak.since', { time: formatTime(formats, leak.onsetAt) })} · {t('leak.excess', { value: formatNumber(locale, leak.excessC, 1, '°C') })}
        </span>
      </span>
      <span className="loss" title={whyNoMoney(leak.loss, t)}>
        {formatMoney(locale, leak.loss.perHour, 2)}
        <small> / h</small>
        <br />
        <small className="dim">{formatNumber(locale, leak.loss.kgPerHour, 1, 'kg/h')}</small>
        {!leak.loss.perHour && (
          <small className="dim share" data-testid="loss-unknown">
            {whyNoMoney(leak.loss, t)}
          </small>
        )}
        <small className="dim share">
          <Completeness share={leak.loss.completeness} />
        </small>
      </span>
    </Link>
  );
}
