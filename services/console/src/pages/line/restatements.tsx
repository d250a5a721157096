import type { ReactNode } from 'react';
import { formatDateTime, formatPercent } from '../../format/format';
import { useText } from '../../i18n/text';
import { Completeness } from '../../parts/figure';
import { Panel } from '../../parts/panel';
import { useFormats } from '../../shell/site-context';
import type { ShiftData } from './line-page';

/** What the figures were before, and why they changed. */
export function Restatements({ shift }: { readonly shift: ShiftData }): ReactNode {
  const { t } = useText();
  const formats = useFormats();
  return (
    <Panel title={t('line.restatementsTitle')} testId="restatements">
      {shift.restatements.length === 0 ? (
        <p className="dim">{t('line.noRestatements')}</p>
      ) : (
        <ol className="plain history">
          {shift.restatements.map(({ revision, computedAt, reason, figures }) => (
            <li key={revision} style={{ gridTemplateColumns: '1fr' }}>
              <span>{t('line.restated', { revision, time: formatDateTime(formats, computedAt), reason })}</span>
              <span className="dim small">
                {t('yield.yield')} {formatPercent(formats.locale, figures.yield)} → {formatPercent(formats.locale, shift.figures.yield)} · {t('yield.oee')} {formatPercent(formats.locale, figures.oee)} → {formatPercent(formats.locale, shift.figures.oee)} · <Completeness share={figures.completeness} />
              </span>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}
