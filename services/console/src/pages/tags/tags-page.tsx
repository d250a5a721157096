import { Button, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMemo, useState, type ReactNode } from 'react';
import { Link, useSearchParams } from 'react-router';
import { formatNumber } from '../../format/format';
import { useText } from '../../i18n/text';
import { useLiveQuery } from '../../live/live-query';
import { useLiveValues } from '../../live/live-values';
import { PageHead } from '../../parts/panel';
import { Answered, StatePage } from '../../parts/states';
import { useSession } from '../../shell/session';
import { sitePath, useFormats, useSite } from '../../shell/site-context';
import { TagTable } from './tag-table';
import { TagsDocument } from './tags.documents';

const PAGE = 50;

export function TagsPage(): ReactNode {
  const { t } = useText();
  const { locale } = useFormats();
  const site = useSite();
  const { me } = useSession();
  const [search, setSearch] = useSearchParams();
  const [filter, setFilter] = useState(search.get('filter') ?? '');
  const [settled] = useDebouncedValue(filter.trim(), 250);
  const [count, setCount] = useState(PAGE);
  const variables = useMemo(() => ({ siteId: site.id, first: count, after: null, filter: settled || null }), [site.id, count, settled]);
  const asked = useLiveQuery({ query: TagsDocument, variables });
  const ids = asked.data?.tags.edges.map(({ node }) => node.id).join(' ') ?? '';
  const live = useLiveValues(useMemo(() => ids.split(' ').filter(Boolean), [ids]));
  const total = asked.data?.tags.totalCount ?? 0;
  return (
    <>
      <PageHead
        title={t('nav.tags')}
        note={asked.data && t('tags.count', { count: total }).replace(String(total), formatNumber(locale, total, 0))}
        right={me.role === 'ADMIN' && <Button component={Link} to={sitePath(site.slug, '/tags/import')} variant="default" size="md">{t('tagFile.open')}</Button>}
      />
      <TextInput
        size="md"
        type="search"
        aria-label={t('tags.search')}
        placeholder={t('tags.search')}
        value={filter}
        mb="md"
        maw={520}
        onChange={(event) => {
          const { value } = event.currentTarget;
          setFilter(value);
          setCount(PAGE);
          setSearch(value ? { filter: value } : {}, { replace: true });
        }}
      />
      <Answered asked={asked}>
        {({ tags }) => {
          if (tags.edges.length === 0) return <StatePage title={t('tags.emptyTitle')} text={t('tags.empty')} />;
          return (
            <div className="panel">
              <TagTable tags={tags.edges.map(({ node }) => node)} live={live} />
              {tags.pageInfo.hasNextPage && count < 500 && (
                <Button variant="default" size="md" mt="md" onClick={() => setCount(count + PAGE)}>
                  {t('tags.more')}
                </Button>
              )}
            </div>
          );
        }}
      </Answered>
    </>
  );
}
