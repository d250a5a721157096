import type { ReactNode } from 'react';
import type { LatestPartsFragment } from '../generated/graphql';
import { useText } from '../i18n/text';
import { digitsFor, formatNumber } from '../format/format';
import { Link } from 'react-router';
import { sitePath, useFormats, useSite } from '../shell/site-context';

/** The newest value of a tag with its unit; stale or not good values say so, with the way to the reason. */
export function Latest({ latest, unit }: { readonly latest: LatestPartsFragment | null | undefined; readonly unit: string }): ReactNode {
  const { t } = useText();
  const { locale } = useFormats();
  const { slug } = useSite();
  if (!latest) return <span className="dim">{t('data.noData')}</span>;
  const text = formatNumber(locale, latest.value, digitsFor(latest.value, unit), unit);
  if (latest.quality === 'GOOD' && !latest.stale) return <span className="nowrap">{text}</span>;
  const word = latest.quality === 'GOOD' ? t('data.stale') : t(`data.${latest.quality}`);
  return (
    <span className="nowrap">
      <s className="dim">{text}</s>{' '}
      <Link className="off small" title={latest.status} aria-label={`${word}: ${t('path.why')}`} to={`${sitePath(slug, `/tags/${latest.tagId}`)}#why`}>
        <span aria-hidden="true">◌ </span>
        {word}
      </Link>
    </span>
  );
}
