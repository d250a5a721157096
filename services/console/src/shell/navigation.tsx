import { Menu } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link, NavLink } from 'react-router';
import { useText, type TextKey } from '../i18n/text';
import { Icon, type IconName } from '../parts/icon';
import { sitePath, type SiteInfo } from './site-context';

interface Entry {
  readonly name: IconName;
  readonly path: string;
  readonly text: TextKey;
}

const ENTRIES: readonly Entry[] = [
  { name: 'overview', path: '', text: 'nav.overview' },
  { name: 'leaks', path: '/leaks', text: 'nav.leaks' },
  { name: 'pipes', path: '/pipes', text: 'nav.pipes' },
  { name: 'lines', path: '/lines', text: 'nav.lines' },
  { name: 'alarms', path: '/alarms', text: 'nav.alarms' },
  { name: 'gateways', path: '/connections', text: 'nav.gateways' },
  { name: 'tags', path: '/tags', text: 'nav.tags' },
];

/** A plant shows the pages for what it has. */
const entriesOf = (site: SiteInfo): readonly Entry[] =>
  ENTRIES.filter(({ name }) => {
    if (name === 'lines') return site.lines.length > 0;
    if (name === 'pipes') return site.pipeRuns.length > 0;
    return name !== 'leaks' || site.pipeRuns.length > 0 || site.overview.openLeakAlerts > 0;
  });

function OpenCount({ site }: { readonly site: SiteInfo }): ReactNode {
  const { t } = useText();
  const { openLeakAlerts: count, unacknowledgedLeakAlerts } = site.overview;
  if (count === 0) return null;
  return (
    <span className={unacknowledgedLeakAlerts > 0 ? 'count' : 'count seen'} aria-label={t('nav.openAlerts', { count })} role="img">
      {count}
    </span>
  );
}

export function SideNav({ site }: { readonly site: SiteInfo }): ReactNode {
  const { t } = useText();
  return (
    <nav className="side" aria-label={t('nav.main')}>
      {entriesOf(site).map(({ name, path, text }) => (
        <NavLink key={name} to={sitePath(site.slug, path)} end={path === ''}>
          <Icon name={name} />
          {t(text)}
          {name === 'leaks' && <OpenCount site={site} />}
        </NavLink>
      ))}
      {site.dashboardUrl && (
        <a href={site.dashboardUrl} target="_blank" rel="noreferrer">
          <Icon name="grafana" />
          {t('nav.grafana')}
        </a>
      )}
    </nav>
  );
}

export function TabBar({ site }: { readonly site: SiteInfo }): ReactNode {
  const { t } = useText();
  const entries = entriesOf(site);
  const tabs = entries.slice(0, 4);
  return (
    <nav className="tabs" aria-label={t('nav.main')}>
      {tabs.map(({ name, path, text }) => (
        <NavLink key={name} to={sitePath(site.slug, path)} end={path === ''}>
          <Icon name={name} size={24} />
          {t(text)}
          {name === 'leaks' && <OpenCount site={site} />}
        </NavLink>
      ))}
      <Menu position="top-end" width={240} shadow="md">
        <Menu.Target>
          <button type="button">
            <Icon name="more" size={24} />
            {t('nav.more')}
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          {entries.slice(4).map(({ name, path, text }) => (
            <Menu.Item key={name} component={Link} to={sitePath(site.slug, path)} leftSection={<Icon name={name} />} py="sm" fz="md">
              {t(text)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </nav>
  );
}
