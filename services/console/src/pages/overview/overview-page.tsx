import { useMemo, type ReactNode } from 'react';
import { Link } from 'react-router';
import type { OverviewQuery } from '../../generated/graphql';
import { formatAgo } from '../../format/format';
import { useText } from '../../i18n/text';
import { useLiveQuery } from '../../live/live-query';
import { useNow, useSteadyNow } from '../../live/now';
import { PageHead, Panel } from '../../parts/panel';
import { Answered, NotFound } from '../../parts/states';
import { sitePath, useFormats, useSite } from '../../shell/site-context';
import { LeakRow } from '../leaks/leak-row';
import { LineBlock } from './line-block';
import { OverviewDocument } from './overview.documents';
import { PipesPanel } from './pipes-panel';
import { PlantFigures } from './plant-figures';

const DAY_MS = 86_400_000;

/** Five seconds: does the plant run to plan, and where is money lost? */
export function OverviewPage(): ReactNode {
  const site = useSite();
  const now = useSteadyNow(300);
  const variables = useMemo(() => ({ siteId: site.id, from: new Date(now - DAY_MS).toISOString(), to: new Date(now + 300_000).toISOString() }), [site.id, now]);
  const asked = useLiveQuery({ query: OverviewDocument, variables, on: ['alarm', 'yield'], everySeconds: 10 });
  return (
    <>
      <PageHead title={site.name} note={asked.data?.site && <Freshness newest={asked.data.site.overview.newestSampleAt ?? null} />} />
      <Answered asked={asked}>{(data) => (data.site ? <Content site={data.site} leaks={data.leakAlerts} /> : <NotFound />)}</Answered>
    </>
  );
}

function Freshness({ newest }: { readonly newest: string | null }): ReactNode {
  const { t } = useText();
  const { locale, timeZone } = useFormats();
  const now = useNow(1);
  const isOld = newest !== null && now - Date.parse(newest) > 60_000;
  return (
    <>
      <span className={isOld ? 'off' : undefined}>
        {isOld && <span aria-hidden="true">◌ </span>}
        {newest ? t('data.updated', { ago: formatAgo(locale, newest, now) }) : t('data.noData')}
      </span>
      {' · '}
      {t('data.plantTime', { zone: timeZone })}
    </>
  );
}

interface ContentProps {
  readonly site: NonNullable<OverviewQuery['site']>;
  readonly leaks: OverviewQuery['leakAlerts'];
}

function Content({ site, leaks }: ContentProps): ReactNode {
  const { t } = useText();
  const { slug } = useSite();
  const hasPipes = site.pipeRuns.length > 0;
  const leakPanel = (hasPipes || leaks.length > 0) && (
    <Panel title={t('overview.leaksTitle')} right={<Link to={sitePath(slug, '/leaks')}>{t('overview.allLeaks')}</Link>} testId="overview-leaks">
      {leaks.length === 0 ? (
        <p className="dim">{t('overview.noLeaksText', { count: site.pipeRuns.length })}</p>
      ) : (
        <ul className="plain list-flat">
          {leaks.map((leak) => (
            <li key={leak.id}>
              <LeakRow leak={leak} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
  const pipePanel = hasPipes && <PipesPanel />;
  return (
    <div className="stack">
      <PlantFigures site={site} />
      {leaks.length > 0 && leakPanel}
      {site.lines.map((line) => (
        <LineBlock key={line.id} line={line} />
      ))}
      {pipePanel}
      {leaks.length === 0 && leakPanel}
    </div>
  );
}
