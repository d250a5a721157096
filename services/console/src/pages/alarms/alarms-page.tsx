import { SegmentedControl } from '@mantine/core';
import { useMemo, type ReactNode } from 'react';
import { Link, useSearchParams } from 'react-router';
import type { AlarmState } from '../../generated/graphql';
import { useText } from '../../i18n/text';
import { useLiveQuery } from '../../live/live-query';
import { PageHead } from '../../parts/panel';
import { Answered, StatePage } from '../../parts/states';
import { useSession } from '../../shell/session';
import { sitePath, useSite } from '../../shell/site-context';
import { AlarmCard } from './alarm-card';
import { AlarmsDocument } from './alarms.documents';

const VIEWS = ['standing', 'shelved', 'closed'] as const;
type View = (typeof VIEWS)[number];
const isView = (value: string | null): value is View => VIEWS.some((view) => view === value);
const CLOSED: AlarmState[] = ['NORMAL'];

/** ISA-18.2 alarm list: what stands, what is on the shelf, what is over. */
export function AlarmsPage(): ReactNode {
  const { t } = useText();
  const site = useSite();
  const { me } = useSession();
  const [search, setSearch] = useSearchParams();
  const asked = search.get('show');
  const view: View = isView(asked) ? asked : 'standing';
  const variables = useMemo(() => ({ siteId: site.id, states: view === 'closed' ? CLOSED : null }), [site.id, view]);
  const answer = useLiveQuery({ query: AlarmsDocument, variables, on: ['alarm'] });
  return (
    <>
      <PageHead
        title={t('alarms.title')}
        note={me.role === 'ADMIN' && <Link to={sitePath(site.slug, '/alarms/webhooks')}>{t('channels.open')}</Link>}
        right={
          <SegmentedControl
            size="md"
            aria-label={t('alarms.title')}
            value={view}
            onChange={(value) => setSearch(value === 'standing' ? {} : { show: value })}
            data={VIEWS.map((value) => ({ value, label: t(`alarms.${value}`) }))}
          />
        }
      />
      <Answered asked={answer}>
        {({ alarms }) => {
          const shown = view === 'closed' ? alarms : alarms.filter(({ shelvedUntil }) => (shelvedUntil !== null) === (view === 'shelved'));
          if (shown.length === 0) return <StatePage title={t('alarms.emptyTitle')} text={t('alarms.empty')} />;
          return (
            <ul className="plain stack" style={{ gap: 10 }}>
              {shown.map((alarm) => (
                <AlarmCard key={alarm.id} alarm={alarm} />
              ))}
            </ul>
          );
        }}
      </Answered>
    </>
  );
}
