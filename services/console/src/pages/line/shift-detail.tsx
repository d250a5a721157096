import type { ReactNode } from 'react';
import { formatDay, formatNumber, formatPercent, formatTime } from '../../format/format';
import { useText } from '../../i18n/text';
import { AgainstTarget, Figure } from '../../parts/figure';
import { useFormats } from '../../shell/site-context';
import { ElementsPanel } from './elements-panel';
import type { ShiftData } from './line-page';
import { LossPareto } from './loss-pareto';
import { ProductsPanel } from './products-panel';
import { shiftName } from './shift-name';
import { Restatements } from './restatements';
import { TimelinePanel } from './timeline-panel';

/** Everything about one shift of one line. */
export function ShiftDetail({ lineId, shift }: { readonly lineId: string; readonly shift: ShiftData }): ReactNode {
  const { t } = useText();
  const formats = useFormats();
  const { locale } = formats;
  const { figures } = shift;
  const ratio = (value: number | null | undefined): string => formatPercent(locale, value);
  const pieces = t('yield.pieces');
  return (
    <div className="stack">
      <p>
        <span className="strong">
          {shiftName(shift.shift.name, t)}, {formatDay(locale, shift.shift.productionDay)}
        </span>{' '}
        {formatTime(formats, shift.shift.start)}–{formatTime(formats, shift.shift.end)} · {t(`yield.${shift.status}`)} · {t('line.revision', { revision: shift.revision })}
      </p>
      <div className="figures">
        <Figure testId="line-yield" label={t('yield.yield')} value={ratio(figures.yield)} completeness={figures.completeness} note={<AgainstTarget value={figures.yield} target={figures.targetYield} />} />
        <Figure testId="line-oee" label={t('yield.oee')} value={ratio(figures.oee)} completeness={figures.completeness} note={<AgainstTarget value={figures.oee} target={figures.targetOee} />} />
        <Figure testId="line-availability" label={t('yield.availability')} value={ratio(figures.availability)} completeness={figures.completeness} />
        <Figure
          testId="line-effectiveness"
          label={t('yield.effectiveness')}
          value={ratio(figures.effectiveness)}
          completeness={figures.completeness}
          note={(figures.effectiveness ?? 0) > 1 && <span className="off">▲ {t('yield.rateWrong')}</span>}
        />
        <Figure testId="line-good" label={t('yield.good')} value={formatNumber(locale, figures.goodQuantity, 0)} completeness={figures.completeness} note={pieces} />
        <Figure testId="line-reject" label={t('yield.reject')} value={formatNumber(locale, figures.rejectQuantity, 0)} completeness={figures.completeness} note={`${ratio(figures.scrap)} ${t('yield.scrap')}`} />
      </div>
      <TimelinePanel lineId={lineId} start={shift.shift.start} end={shift.shift.end} />
      <div className="halves">
        <LossPareto shift={shift} />
        <ElementsPanel shift={shift} />
        {shift.products.length > 0 && <ProductsPanel products={shift.products} />}
        <Restatements shift={shift} />
      </div>
    </div>
  );
}
