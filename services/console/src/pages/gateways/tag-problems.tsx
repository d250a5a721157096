import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useText } from '../../i18n/text';
import { sitePath, useSite } from '../../shell/site-context';
import type { GatewayData } from './gateway-panel';

type ProblemsData = GatewayData['endpoints'][number]['tagProblems'];

/** The tags that a person must correct: each with what is wrong and what to do. */
export function TagProblems({ problems: { total, first } }: { readonly problems: ProblemsData }): ReactNode {
  const { t } = useText();
  const { slug } = useSite();
  return (
    <details open className="findings" data-testid="tag-problems">
      <summary className="off">
        <span aria-hidden="true">▲</span> {t('findings.tags', { count: total })}
      </summary>
      <ul className="plain">
        {first.map(({ tagId, tagPath, code, reason }) => (
          <li key={tagId} data-testid="tag-problem" data-code={code}>
            <Link to={sitePath(slug, `/tags/${tagId}`)} className="break">
              {tagPath ?? tagId}
            </Link>
            <p className="small break">
              {reason} <span className="dim mono">{code}</span>
            </p>
          </li>
        ))}
      </ul>
      {total > first.length && <p className="dim small">{t('findings.more', { count: total - first.length })}</p>}
    </details>
  );
}
