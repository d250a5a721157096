import type { ReactNode } from 'react';
import { formatDuration, formatNumber } from '../../format/format';
import { useText } from '../../i18n/text';
import { Completeness } from '../../parts/figure';
import { Panel } from '../../parts/panel';
import { useFormats } from '../../shell/site-context';
import type { ShiftData } from './line-page';

const TIMES = ['plannedBusyS', 'productionS', 'setupS', 'downtimeS', 'unknownS', 'idealProducedS', 'idealGoodS'] as const;
const COUNTS = ['producedQuantity', 'goodQuantity', 'scrapQuantity', 'reworkQuantity'] as const;

export function ElementsPanel({ shift }: { readonly shift: ShiftData }): ReactNode {
  const { t } = useText();
  const { locale } = useFormats();
  const { elements } = shift;
  return (
    <Panel title={t('line.elementsTitle')} note={<><Completeness share={shift.figures.completeness} /> · {t('line.elementsNote')}</>} testId="elements">
      <dl className="kv elements">
        {TIMES.map((name) => (
          <div key={name}>
            <dt>{t(`element.${name}`)}</dt>
            <dd title={formatNumber(locale, elements[name], 1, 's')}>{formatDuration(locale, elements[name])}</dd>
          </div>
        ))}
        {COUNTS.map((name) => (
          <div key={name}>
            <dt>{t(`element.${name}`)}</dt>
            <dd data-testid={`element-${name}`}>{formatNumber(locale, elements[name], 0, t('yield.pieces'))}</dd>
          </div>
        ))}
        {typeof elements.materialKg === 'number' && (
          <div>
            <dt>{t('element.materialKg')}</dt>
            <dd>{formatNumber(locale, elements.materialKg, 1, 'kg')}</dd>
          </div>
        )}
        {typeof elements.energyKwh === 'number' && (
          <div>
            <dt>{t('element.energyKwh')}</dt>
            <dd>{formatNumber(locale, elements.energyKwh, 1, 'kWh')}</dd>
          </div>
        )}
      </dl>
    </Panel>
  );
}
