import type { ReactNode } from 'react';
import { formatNumber, formatPercent } from '../../format/format';
import { useText } from '../../i18n/text';
import { Completeness } from '../../parts/figure';
import { Panel } from '../../parts/panel';
import { useFormats } from '../../shell/site-context';
import type { ShiftData } from './line-page';

export function ProductsPanel({ products }: { readonly products: ShiftData['products'] }): ReactNode {
  const { t } = useText();
  const { locale } = useFormats();
  return (
    <Panel title={t('line.productsTitle')}>
      <table className="grid fold">
        <thead>
          <tr>
            <th scope="col">{t('line.productsTitle')}</th>
            <th scope="col" className="num">{t('yield.good')}</th>
            <th scope="col" className="num">{t('yield.yield')}</th>
            <th scope="col" className="num">{t('yield.data')}</th>
          </tr>
        </thead>
        <tbody>
          {products.map(({ productCode, name, figures }) => (
            <tr key={productCode}>
              <td>
                {name} <span className="dim small">{productCode}</span>
              </td>
              <td className="num" data-label={t('yield.good')}>
                {formatNumber(locale, figures.goodQuantity, 0)}
              </td>
              <td className="num" data-label={t('yield.yield')}>
                {formatPercent(locale, figures.yield)}
              </td>
              <td className="num small" data-label={t('yield.data')}>
                <Completeness share={figures.completeness} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
