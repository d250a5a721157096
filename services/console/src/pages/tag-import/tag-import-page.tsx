import { Button, FileButton, Radio } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { formatNumber } from '../../format/format';
import { useText } from '../../i18n/text';
import { Figure } from '../../parts/figure';
import { PageHead, Panel } from '../../parts/panel';
import { StatePage } from '../../parts/states';
import { useSession } from '../../shell/session';
import { sitePath, useFormats, useSite } from '../../shell/site-context';
import { ChangeTable } from './change-table';
import { ExportPanel } from './export-panel';
import { ProblemTable } from './problem-table';
import { useTagImport, type ImportPlan, type TagImportDesk } from './use-tag-import';

const RULES = ['KEEP', 'RETIRE'] as const;

/** Tags from a file: choose, look at every change and problem, apply. */
export function TagImportPage(): ReactNode {
  const { t } = useText();
  const site = useSite();
  const { me } = useSession();
  const desk = useTagImport(site.id);
  const { plan, applied, error } = desk;
  if (me.role !== 'ADMIN') return <StatePage title={t('state.forbiddenTitle')} text={t('tagFile.adminsOnly')} />;
  return (
    <>
      <PageHead title={t('tagFile.title')} right={<Link to={sitePath(site.slug, '/tags')}>{t('tagFile.back')}</Link>} />
      <div className="stack">
        <ChoosePanel desk={desk} />
        <div aria-live="polite" className="stack">
          {error && (
            <p className="panel off" role="alert">
              <span aria-hidden="true">✕ </span>
              {t('tagFile.failed')}: {error}
            </p>
          )}
          {applied && (
            <p className="panel" data-testid="import-applied">
              <span aria-hidden="true">✓ </span>
              {t('tagFile.applied', applied)} <Link to={sitePath(site.slug, '/tags')}>{t('tagFile.back')}</Link>
            </p>
          )}
          {plan && <PlanPanel plan={plan} fileName={desk.file?.name ?? ''} />}
        </div>
        {plan?.token && plan.added + plan.changed + plan.retired > 0 && (
          <Panel title={t('tagFile.step3')} note={t('tagFile.applyNote')}>
            <Button size="md" loading={desk.busy === 'applying'} onClick={() => void desk.apply()}>
              {t('tagFile.apply')}
            </Button>
          </Panel>
        )}
        <ExportPanel siteId={site.id} />
      </div>
    </>
  );
}

function ChoosePanel({ desk }: { readonly desk: TagImportDesk }): ReactNode {
  const { t } = useText();
  const { file, busy, missing } = desk;
  return (
    <Panel title={t('tagFile.step1')} note={t('tagFile.step1Note')}>
      <div className="stack">
        <div className="row">
          <FileButton key={file?.name ?? ''} onChange={(chosen) => void desk.choose(chosen)} accept=".csv,.txt,.tsv,.json,text/csv,application/json" inputProps={{ 'aria-label': t('tagFile.choose') }}>
            {(props) => (
              <Button {...props} variant="default" size="md" loading={busy === 'checking'}>
                {t('tagFile.choose')} …
              </Button>
            )}
          </FileButton>
          <span className={file ? 'strong break' : 'dim'}>{file?.name ?? t('tagFile.none')}</span>
          {busy === 'checking' && <span className="dim" role="status">{t('tagFile.checking')}</span>}
        </div>
        {file?.guessed && <p className="off"><span aria-hidden="true">▲ </span>{t('tagFile.notUtf8')}</p>}
        <Radio.Group label={t('tagFile.missing')} size="md" value={missing} onChange={(value) => void desk.setMissing(value === 'RETIRE' ? 'RETIRE' : 'KEEP')}>
          <div className="row" style={{ marginTop: 8, gap: '10px 24px' }}>
            {RULES.map((rule) => (
              <Radio key={rule} size="md" value={rule} label={t(`tagFile.missing.${rule}`)} />
            ))}
          </div>
        </Radio.Group>
      </div>
    </Panel>
  );
}

function PlanPanel({ plan, fileName }: { readonly plan: ImportPlan; readonly fileName: string }): ReactNode {
  const { t } = useText();
  const { locale } = useFormats();
  const figure = (label: string, value: number): ReactNode => <Figure label={label} value={formatNumber(locale, value, 0)} />;
  return (
    <Panel title={t('tagFile.step2')} note={t('tagFile.rows', { count: plan.rowCount })} testId="import-plan">
      <div className="stack">
        <div className="figures four">
          {figure(t('tagFile.ADDED'), plan.added)}
          {figure(t('tagFile.CHANGED'), plan.changed)}
          {figure(t('tagFile.RETIRED'), plan.retired)}
          {figure(t('tagFile.UNCHANGED'), plan.unchanged)}
        </div>
        {plan.problemCount > 0 && <ProblemTable plan={plan} fileName={fileName} />}
        <ChangeTable plan={plan} />
      </div>
    </Panel>
  );
}
