import { SegmentedControl } from '@mantine/core';
import { useMemo, type ReactNode } from 'react';
import { useSearchParams } from 'react-router';
import type { LeakAlertState } from '../../generated/graphql';
import { formatMoney } from '../../format/format';
import { useText } from '../../i18n/text';
import { useLiveQuery } from '../../live/live-query';
import { PageHead } from '../../parts/panel';
import { Answered, StatePage } from '../../parts/states';
import { useFormats, useSite } from '../../shell/site-context';
import { LeakRow } from './leak-row';
import { LeaksDocument } from './leaks.documents';

const OVER: LeakAlertState[] = ['VERIFIED', 'DISMISSED', 'GONE'];

export function LeaksPage(): ReactNode {
  const { t } = useText();
  const { locale } = useFormats();
  const site = useSite();
  const [search, setSearch] = useSearchParams();
  const isOver = search.get('show') === 'over';
  const variables = useMemo(() => ({ siteId: site.id, states: isOver ? OVER : null }), [site.id, isOver]);
  const asked = useLiveQuery({ query: LeaksDocument, variables, on: ['alarm'], everySeconds: 15 });
  return (
    <>
      <PageHead
        title={t('leaks.title')}
        note={t('leaks.sorted')}
        right={
          <SegmentedControl
            size="md"
            aria-label={t('leaks.title')}
            value={isOver ? 'over' : 'open'}
            onChange={(value) => setSearch(value === 'over' ? { show: 'over' } : {})}
            data={[
              { value: 'open', label: t('leaks.open') },
              { value: 'over', label: t('leaks.over') },
            ]}
          />
        }
      />
      <Answered asked={asked}>
        {({ leakAlerts }) => {
          if (leakAlerts.length === 0) {
            return isOver ? <StatePage title={t('leaks.emptyOverTitle')} text={t('leaks.emptyOver')} /> : <StatePage title={t('leaks.emptyTitle')} text={t('leaks.empty')} />;
          }
          const currency = leakAlerts[0]?.loss.perHour.currency ?? 'EUR';
          const amount = leakAlerts.reduce((sum, { loss }) => sum + loss.perHour.amount, 0);
          return (
            <div className="stack" style={{ gap: 10 }}>
              <ul className="plain stack" style={{ gap: 10 }}>
                {leakAlerts.map((leak) => (
                  <li key={leak.id}>
                    <LeakRow leak={leak} />
                  </li>
                ))}
              </ul>
              {!isOver && leakAlerts.length > 1 && (
                <p className="end strong" style={{ padding: '4px 16px' }}>
                  {t('leaks.total')} {formatMoney(locale, { amount, currency }, 2)} / h
                </p>
              )}
            </div>
          );
        }}
      </Answered>
    </>
  );
}
