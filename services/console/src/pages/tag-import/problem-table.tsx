import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { formatNumber } from '../../format/format';
import { useText } from '../../i18n/text';
import { useFormats } from '../../shell/site-context';
import { saveFile } from './save-file';
import type { ImportPlan } from './use-tag-import';

const SHOWN = 200;

const cell = (value: string | number | null | undefined): string => {
  const text = String(value ?? '');
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
};

/** Every reason why the file is not taken, with its line. */
export function ProblemTable({ plan, fileName }: { readonly plan: ImportPlan; readonly fileName: string }): ReactNode {
  const { t } = useText();
  const { locale } = useFormats();
  const { problems, problemCount } = plan;
  const count = (value: number): string => formatNumber(locale, value, 0);
  const download = (): void => {
    const head = ['line', 'column', 'tag', 'code', 'what', 'remedy'].join(',');
    const rows = problems.map(({ line, column, tag, code, what, remedy }) => [line, column, tag, code, what, remedy].map(cell).join(','));
    saveFile(`${fileName}-problems.csv`, 'text/csv;charset=utf-8', `\uFEFF${[head, ...rows].join('\r\n')}\r\n`);
  };
  return (
    <div className="stack">
      <p className="off" role="alert" data-testid="import-problems">
        <span aria-hidden="true">✕ </span>
        {t('tagFile.problems', { count: problemCount })}
      </p>
      <div className="table-scroll">
        <table className="grid fold import-problems">
          <thead>
            <tr>
              <th scope="col" className="num">{t('tagFile.line')}</th>
              <th scope="col">{t('tagFile.column')}</th>
              <th scope="col">{t('tagFile.what')}</th>
              <th scope="col">{t('tagFile.remedy')}</th>
            </tr>
          </thead>
          <tbody>
            {problems.slice(0, SHOWN).map(({ line, column, tag, what, remedy, code }, index) => (
              <tr key={index} data-testid="import-problem">
                <td className="num" data-label={t('tagFile.line')}>{line ?? '–'}</td>
                <td className="mono break" data-label={t('tagFile.column')}>{column ?? '–'}</td>
                <td data-label={t('tagFile.what')} title={code}>
                  {what}
                  {tag && <span className="dim small break"> {tag}</span>}
                </td>
                <td data-label={t('tagFile.remedy')}>{remedy}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {problems.length > SHOWN && <p className="dim small">{t('tagFile.firstOf', { shown: count(SHOWN), total: count(problemCount) })}</p>}
      <div>
        <Button variant="default" size="md" onClick={download}>
          {t('tagFile.downloadProblems')}
        </Button>
      </div>
    </div>
  );
}
