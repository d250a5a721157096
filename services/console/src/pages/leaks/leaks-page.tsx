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

interface Money {
  readonly amount: number;
  readonly currency: string;
}

/** A sum with an unknown part is not known. */
const totalOf = (amounts: readonly (Money | null)[]): Money | null =>
  amounts.reduce((total, money) => (total === null || money === null ? null : { amount: total.amount + money.amount, currency: money.currency }), amounts[0] ? { amount: 0, currency: amounts[0].currency } : null);

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
          const total = totalOf(leakAlerts.map(({ loss }) => loss.perHour ?? null));
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
                  {t('leaks.total')} {formatMoney(locale, total, 2)} / h{total === null && ` · ${t('overview.costUnknown')}`}
                </p>
              )}
            </div>
          );
        }}
      </Answered>
    </>
  );
}
