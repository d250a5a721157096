import type { ReactNode } from 'react';
import { formatMoney, formatNumber, formatPercent } from '../../format/format';
import { useText } from '../../i18n/text';
import { Completeness } from '../../parts/figure';
import { Panel } from '../../parts/panel';
import { useFormats } from '../../shell/site-context';
import type { ShiftData } from './line-page';

/** Lost minutes by reason, largest first, with the running share. */
export function LossPareto({ shift }: { readonly shift: ShiftData }): ReactNode {
  const { t } = useText();
  const { locale } = useFormats();
  const items = shift.lossTree.filter(({ minutes }) => minutes >= 0.05);
  const longest = items[0]?.minutes ?? 1;
  return (
    <Panel title={t('line.lossTitle')} note={<Completeness share={shift.figures.completeness} />} testId="loss-pareto">
      {items.length === 0 ? (
        <p className="dim">{t('line.noLoss')}</p>
      ) : (
        <ol className="plain pareto">
          {items.map(({ kind, reason, minutes, share, cost }) => (
            <li key={`${kind} ${reason}`}>
              <span>
                {t(`loss.${kind}`)}
                {reason && <span className="dim">: {reason}</span>}
              </span>
              <span className="end nowrap">
                <span className="strong">{formatNumber(locale, minutes, minutes < 10 ? 1 : 0, t('line.minutes'))}</span>{' '}
                <span className="dim small">
                  {formatPercent(locale, share)} {cost && ` · ${formatMoney(locale, cost, 0)}`}
                </span>
              </span>
              <span className="meter" aria-hidden="true">
                <i style={{ width: `${(minutes / longest) * 100}%` }} />
              </span>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}
