import type { ReactNode } from 'react';
import type { LatestPartsFragment } from '../generated/graphql';
import { useText } from '../i18n/text';
import { digitsFor, formatNumber } from '../format/format';
import { useFormats } from '../shell/site-context';

/** The newest value of a tag with its unit; stale or not good values say so. */
export function Latest({ latest, unit }: { readonly latest: LatestPartsFragment | null | undefined; readonly unit: string }): ReactNode {
  const { t } = useText();
  const { locale } = useFormats();
  if (!latest) return <span className="dim">{t('data.noData')}</span>;
  const text = formatNumber(locale, latest.value, digitsFor(latest.value, unit), unit);
  if (latest.quality === 'GOOD' && !latest.stale) return <span className="nowrap">{text}</span>;
  const word = latest.quality === 'GOOD' ? t('data.stale') : t(`data.${latest.quality}`);
  return (
    <span className="nowrap">
      <s className="dim">{text}</s>{' '}
      <span className="off small" title={latest.status}>
        <span aria-hidden="true">◌ </span>
        {word}
      </span>
    </span>
  );
}
