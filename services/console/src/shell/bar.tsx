import { Select } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link, useNavigate } from 'react-router';
import { useText } from '../i18n/text';
import { useSession } from './session';
import { sitePath, type SiteInfo } from './site-context';
import { ConnectionPill } from './connection-pill';
import { UserMenu } from './user-menu';

export function Bar({ site, sites }: { readonly site: SiteInfo | undefined; readonly sites: readonly SiteInfo[] }): ReactNode {
  const { t } = useText();
  const { me } = useSession();
  const navigate = useNavigate();
  return (
    <header className="bar">
      <Link className="brand" to="/" aria-label={t('app.name')}>
        <img src="/telltale.svg" width={28} height={28} alt="" />
        <span>{t('app.name')}</span>
      </Link>
      {sites.length > 1 ? (
        <Select
          aria-label={t('nav.site')}
          data={sites.map(({ slug, name }) => ({ value: slug, label: name }))}
          value={site?.slug ?? null}
          allowDeselect={false}
          onChange={(slug) => slug && void navigate(sitePath(slug))}
          w={190}
        />
      ) : (
        <span className="strong">{site?.name}</span>
      )}
      <span className="dim small wide-only">{me.tenant.name}</span>
      <span className="space" />
      <ConnectionPill />
      <UserMenu />
    </header>
  );
}
