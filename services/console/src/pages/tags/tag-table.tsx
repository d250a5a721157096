import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { formatAgo } from '../../format/format';
import type { TagsQuery } from '../../generated/graphql';
import { useText } from '../../i18n/text';
import type { LiveMap } from '../../live/live-values';
import { useNow } from '../../live/now';
import { Latest } from '../../parts/latest';
import { sitePath, useFormats, useSite } from '../../shell/site-context';

interface TagTableProps {
  readonly tags: readonly TagsQuery['tags']['edges'][number]['node'][];
  readonly live: LiveMap;
}

export function TagTable({ tags, live }: TagTableProps): ReactNode {
  const { t } = useText();
  const { locale } = useFormats();
  const { slug } = useSite();
  const now = useNow(2);
  return (
    <table className="grid fold">
      <thead>
        <tr>
          <th scope="col">{t('tags.path')}</th>
          <th scope="col" className="num">{t('tags.latest')}</th>
          <th scope="col" className="num">{t('tags.time')}</th>
        </tr>
      </thead>
      <tbody>
        {tags.map((tag) => {
          const latest = live.get(tag.id) ?? tag.latest;
          return (
            <tr key={tag.id} data-testid="tag-row">
              <td>
                <Link to={sitePath(slug, `/tags/${tag.id}`)} className="break">
                  {tag.name}
                </Link>
                <br />
                <span className="dim small break">{tag.path}</span>
              </td>
              <td className="num" data-label={t('tags.latest')}>
                <Latest latest={latest} unit={tag.unit} />
              </td>
              <td className="num dim small" data-label={t('tags.time')}>
                {latest ? formatAgo(locale, latest.sourceTime, now) : '–'}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
