import type { ReactNode } from 'react';
import { formatDateTime } from '../../format/format';
import { useText } from '../../i18n/text';
import { useFormats } from '../../shell/site-context';
import type { GatewayData } from './gateway-panel';

type ChangeData = NonNullable<GatewayData['endpoints'][number]['modelChange']>;
const SHOWN = 5;

export const differenceCount = ({ appeared, vanished, changed }: ChangeData): number => appeared + vanished + changed;

/** What is different in the device's tree, and how a person accepts it. */
export function ModelChange({ change }: { readonly change: ChangeData }): ReactNode {
  const { t } = useText();
  const formats = useFormats();
  const { appeared, vanished, changed, baselineAt, first } = change;
  const total = differenceCount(change);
  const parts = [
    ...(appeared > 0 ? [t('findings.appeared', { count: appeared })] : []),
    ...(vanished > 0 ? [t('findings.vanished', { count: vanished })] : []),
    ...(changed > 0 ? [t('findings.changed', { count: changed })] : []),
  ];
  return (
    <div className="findings" data-testid="model-change">
      <p className="strong">{t('findings.model', { what: parts.join(', '), time: formatDateTime(formats, baselineAt) })}</p>
      <Differences differences={first.slice(0, SHOWN)} />
      {first.length > SHOWN && (
        <details>
          <summary className="small">{t('findings.more', { count: first.length - SHOWN })}</summary>
          <Differences differences={first.slice(SHOWN)} />
        </details>
      )}
      {total > first.length && <p className="dim small">{t('findings.notListed', { count: total - first.length })}</p>}
      <p className="small">{t('findings.accept')}</p>
    </div>
  );
}

function Differences({ differences }: { readonly differences: ChangeData['first'] }): ReactNode {
  const { t } = useText();
  return (
    <ul className="plain">
      {differences.map(({ kind, path, what }, index) => (
        <li key={`${index} ${path}`} data-testid="model-difference" data-kind={kind}>
          <span className="break">{path}</span> <span className="dim small">{t(`findings.${kind}`)}</span>
          {what && <p className="small break">{what}</p>}
        </li>
      ))}
    </ul>
  );
}
