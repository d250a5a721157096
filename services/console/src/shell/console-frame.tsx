import { createContext, use, type ReactNode } from 'react';
import { Outlet, useParams } from 'react-router';
import type { SitesQuery } from '../generated/graphql';
import { useText } from '../i18n/text';
import { useLiveQuery } from '../live/live-query';
import { Answered, StatePage } from '../parts/states';
import { Banners } from './banners';
import { Bar } from './bar';
import { SideNav, TabBar } from './navigation';
import { SitesDocument } from './shell.documents';
import { SiteProvider } from './site-context';

const Sites = createContext<SitesQuery['sites']>([]);
export const useSites = (): SitesQuery['sites'] => use(Sites);

/** Bar, navigation and banners around every page of the console. */
export function ConsoleFrame(): ReactNode {
  const { t } = useText();
  const { slug } = useParams();
  const asked = useLiveQuery({ query: SitesDocument, variables: {}, on: ['alarm', 'gateway'], everySeconds: 30 });
  const sites = asked.data?.sites ?? [];
  const site = sites.find((one) => one.slug === slug);
  const page = (
    <main className="content" id="content" tabIndex={-1}>
      <Answered asked={asked}>{(data) => (data.sites.length === 0 ? <StatePage title={t('state.noSitesTitle')} text={t('state.noSites')} /> : <Outlet />)}</Answered>
    </main>
  );
  return (
    <Sites value={sites}>
      <a className="skip" href="#content">
        {t('app.skip')}
      </a>
      <Bar site={site} sites={sites} />
      {site ? (
        <SiteProvider key={site.id} site={site}>
          <Banners site={site} />
          <div className="frame">
            <SideNav site={site} />
            {page}
          </div>
          <TabBar site={site} />
        </SiteProvider>
      ) : (
        page
      )}
    </Sites>
  );
}
