import type { ReactNode } from 'react';
import type { OverviewQuery } from '../../generated/graphql';
import { formatMoney, formatNumber, formatPercent, formatShare } from '../../format/format';
import { useText } from '../../i18n/text';
import { AgainstTarget, Figure } from '../../parts/figure';
import { useFormats } from '../../shell/site-context';

export function PlantFigures({ site }: { readonly site: NonNullable<OverviewQuery['site']> }): ReactNode {
  const { t } = useText();
  const { locale } = useFormats();
  const { overview } = site;
  const today = overview.today;
  const leakNote = overview.openLeakAlerts === 0 ? t('overview.noLeaks') : t('overview.leakCount', { count: overview.openLeakAlerts });
  return (
    <div className="figures">
      {today && (
        <>
          <Figure big testId="site-yield" label={t('overview.yield')} value={formatPercent(locale, today.yield)} completeness={today.completeness} status={t(`yield.${today.status}`)} note={<AgainstTarget value={today.yield} target={today.targetYield} />} />
          <Figure big testId="site-oee" label={t('overview.oee')} value={formatPercent(locale, today.oee)} completeness={today.completeness} status={t(`yield.${today.status}`)} note={<AgainstTarget value={today.oee} target={today.targetOee} />} />
          <Figure big testId="site-scrap" label={t('overview.scrap')} value={formatPercent(locale, today.scrap)} completeness={today.completeness} status={t(`yield.${today.status}`)} note={`${formatNumber(locale, today.rejectQuantity, 0)} ${t('yield.pieces')}`} />
        </>
      )}
      {(site.pipeRuns.length > 0 || overview.openLeakAlerts > 0) && (
        <Figure
          big
          testId="site-leak-cost"
          completeness={overview.leakLossCompleteness ?? null}
          label={t('overview.leakCost')}
          value={
            <>
              {formatMoney(locale, overview.leakLossPerHour)}
              <small> / h</small>
            </>
          }
          note={
            <>
              {leakNote}
              {!overview.leakLossPerHour && ` · ${t('overview.costUnknown')}`}
              {overview.openLeakAlerts > 0 && ` · ${formatNumber(locale, overview.leakLossKgPerHour, 1, 'kg/h')}`}
              {overview.unacknowledgedLeakAlerts > 0 && (
                <>
                  {' · '}
                  <strong>{t('overview.unacknowledged', { count: overview.unacknowledgedLeakAlerts })}</strong>
                </>
              )}
            </>
          }
        />
      )}
      <Figure big testId="site-tags-live" label={t('overview.sensors')} value={formatShare(locale, overview.tagsLive)} note={t('overview.tagCount', { count: formatNumber(locale, overview.tagCount, 0) })} />
    </div>
  );
}
