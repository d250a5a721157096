import type { ReactNode } from 'react';
import { formatNumber } from '../../format/format';
import { useText } from '../../i18n/text';
import { useFormats } from '../../shell/site-context';
import type { GatewayData } from './gateway-panel';

type GroupData = GatewayData['endpoints'][number]['rateGroups'][number];
const KEEPS_UP = 0.9;
const FALLS_BEHIND_SHOWN = 5;

export const fallsBehind = (achieved: number | null, asked: number | null): boolean => achieved !== null && asked !== null && achieved < asked * KEEPS_UP;

const isBehind = ({ code, achievedPerSecond, askedPerSecond }: GroupData): boolean => code !== null || fallsBehind(achievedPerSecond, askedPerSecond);

/** The slaves that lack something, with the reason; the others on demand. */
export function RateGroups({ groups }: { readonly groups: readonly GroupData[] }): ReactNode {
  const { t } = useText();
  if (groups.length === 0) return null;
  const worst = groups.filter(isBehind).slice(0, FALLS_BEHIND_SHOWN);
  const others = groups.filter((group) => !worst.includes(group));
  return (
    <div className="rate-groups" data-testid="rate-groups">
      <Groups groups={worst} />
      {others.length > 0 && (
        <details>
          <summary className="small">{t(worst.length > 0 ? 'rates.others' : 'rates.all', { count: others.length })}</summary>
          <Groups groups={others} />
        </details>
      )}
    </div>
  );
}

function Groups({ groups }: { readonly groups: readonly GroupData[] }): ReactNode {
  const { t } = useText();
  const { locale } = useFormats();
  return (
    <ul className="plain">
      {groups.map((group) => (
        <li key={group.group} data-testid="rate-group" data-code={group.code ?? ''}>
          <span>
            {group.group} <span className="dim small nowrap">{t('rates.tags', { count: group.tagCount })}</span>
          </span>
          <span className={isBehind(group) ? 'off nowrap' : 'nowrap'}>
            {isBehind(group) && <span aria-hidden="true">▼ </span>}
            {formatNumber(locale, group.achievedPerSecond, 1)} / {formatNumber(locale, group.askedPerSecond, 1)}
            <span className="dim small"> {t('gateways.perSecond')}</span>
          </span>
          {group.reason && (
            <span className="small reason">
              {group.reason} <span className="dim mono break">{group.code}</span>
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
