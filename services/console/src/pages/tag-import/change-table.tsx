import { SegmentedControl } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { formatNumber } from '../../format/format';
import { useText } from '../../i18n/text';
import { useFormats } from '../../shell/site-context';
import type { ImportPlan } from './use-tag-import';

const KINDS = ['ADDED', 'CHANGED', 'RETIRED'] as const;
type Kind = (typeof KINDS)[number];
const isKind = (value: string): value is Kind => KINDS.some((kind) => kind === value);

/** What the file would do to which tag, one kind of change at a time. */
export function ChangeTable({ plan }: { readonly plan: ImportPlan }): ReactNode {
  const { t } = useText();
  const { locale } = useFormats();
  const [chosen, setChosen] = useState<Kind | null>(null);
  const totals: Readonly<Record<Kind, number>> = { ADDED: plan.added, CHANGED: plan.changed, RETIRED: plan.retired };
  const rowsOf = { ADDED: plan.addedRows, CHANGED: plan.changedRows, RETIRED: plan.retiredRows } as const;
  const kinds = KINDS.filter((kind) => totals[kind] > 0);
  const kind = chosen !== null && totals[chosen] > 0 ? chosen : kinds[0];
  const count = (value: number): string => formatNumber(locale, value, 0);
  if (kind === undefined) return plan.rowCount > 0 && plan.problemCount === 0 ? <p>{t('tagFile.nothing')}</p> : null;
  const rows = rowsOf[kind];
  return (
    <div className="stack">
      <div>
        <SegmentedControl size="md" aria-label={t('tagFile.change')} value={kind} onChange={(value) => isKind(value) && setChosen(value)} data={kinds.map((value) => ({ value, label: `${t(`tagFile.${value}`)} ${count(totals[value])}` }))} />
      </div>
      <div className="table-scroll">
        <table className="grid fold import-changes">
          <thead>
            <tr>
              <th scope="col" className="num">{t('tagFile.line')}</th>
              <th scope="col">{t('tagFile.tag')}</th>
              <th scope="col">{t('tagFile.change')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ line, path, name, fields }) => (
              <tr key={path} data-testid="import-row">
                <td className="num" data-label={t('tagFile.line')}>{line ?? '–'}</td>
                <td data-label={t('tagFile.tag')}>
                  {name}
                  <br />
                  <span className="dim small break">{path}</span>
                </td>
                <td data-label={t('tagFile.change')}>
                  {fields.length === 0 && <span>{t(`tagFile.${kind}`)}{line === null && `, ${t('tagFile.notInFile')}`}</span>}
                  {fields.map(({ field, before, after }) => (
                    <p key={field} className="break" aria-label={t('tagFile.becomes', { field, before: before || t('tagFile.empty'), after: after || t('tagFile.empty') })}>
                      <span className="mono">{field}</span> <s className="dim">{before || t('tagFile.empty')}</s> <span aria-hidden="true">→</span> <span className="strong">{after || t('tagFile.empty')}</span>
                    </p>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {totals[kind] > rows.length && <p className="dim small">{t('tagFile.firstOf', { shown: count(rows.length), total: count(totals[kind]) })}</p>}
    </div>
  );
}
