import { Fragment, type ReactNode } from 'react';
import { formatDateTime, formatNumber } from '../../format/format';
import type { EndpointState } from '../../generated/graphql';
import { useText } from '../../i18n/text';
import { useFormats } from '../../shell/site-context';
import type { GatewayData } from './gateway-panel';
import { differenceCount, ModelChange } from './model-change';
import { fallsBehind, RateGroups } from './rate-groups';
import { TagProblems } from './tag-problems';

// These devices speak when something changes: the asked rate is the most that can come.
const ON_CHANGE: readonly string[] = ['opcua'];
type EndpointData = GatewayData['endpoints'][number];
const SHAPES: Readonly<Record<EndpointState, string>> = { CONNECTED: '●', CONNECTING: '◌', DEGRADED: '◐', DISCONNECTED: '✕', UNTRUSTED: '▲', MISCONFIGURED: '✕' };

export function EndpointTable({ endpoints }: { readonly endpoints: readonly EndpointData[] }): ReactNode {
  const { t } = useText();
  return (
    <div className="table-scroll">
      <table className="grid fold">
        <thead>
          <tr>
            <th scope="col">{t('gateways.endpoint')}</th>
            <th scope="col">{t('gateways.state')}</th>
            <th scope="col" className="num">{t('gateways.tags')}</th>
            <th scope="col" className="num">{t('gateways.rate')}</th>
          </tr>
        </thead>
        <tbody>
          {endpoints.map((endpoint) => (
            <Fragment key={endpoint.id}>
              <EndpointRow endpoint={endpoint} />
              <Under isThere={endpoint.rateGroups.length > 0}>
                <RateGroups groups={endpoint.rateGroups} />
              </Under>
              <Under isThere={endpoint.tagProblems.total > 0}>
                <TagProblems problems={endpoint.tagProblems} />
              </Under>
              {endpoint.modelChange && (
                <Under isThere={differenceCount(endpoint.modelChange) > 0}>
                  <ModelChange change={endpoint.modelChange} />
                </Under>
              )}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A line of its own below the endpoint. */
function Under({ isThere, children }: { readonly isThere: boolean; readonly children: ReactNode }): ReactNode {
  if (!isThere) return null;
  return (
    <tr className="under">
      <td colSpan={4}>{children}</td>
    </tr>
  );
}

function EndpointRow({ endpoint }: { readonly endpoint: EndpointData }): ReactNode {
  const { t } = useText();
  const formats = useFormats();
  const { state, untrustedCertificate: certificate, askedPerSecond: asked, achievedPerSecond: achieved } = endpoint;
  const isWell = state === 'CONNECTED' || state === 'CONNECTING';
  const tellsChanges = ON_CHANGE.includes(endpoint.connector);
  const isSlow = !tellsChanges && fallsBehind(achieved, asked);
  return (
    <tr data-testid="endpoint-row" data-state={state ?? 'null'}>
      <td>
        <span className="strong">{endpoint.name}</span> <span className="dim small">{endpoint.connector}</span>
      </td>
      <td data-label={t('gateways.state')} className="endpoint-state">
        <span className={isWell ? 'nowrap' : 'off nowrap'}>
          <span aria-hidden="true">{state ? SHAPES[state] : '○'} </span>
          {t(`endpoint.${state ?? 'null'}`)}
        </span>
        {endpoint.since && <span className="dim small nowrap"> {t('line.since', { time: formatDateTime(formats, endpoint.since) })}</span>}
        {endpoint.reason && (
          <p className="small">
            {endpoint.reason} {endpoint.code && <span className="dim mono break">{endpoint.code}</span>}
          </p>
        )}
        {certificate && (
          <p className="small">
            {t('gateways.certificate')}
            <br />
            <span className="mono break">
              {certificate.subject}
              <br />
              {certificate.thumbprint}
            </span>
          </p>
        )}
      </td>
      <td className="num" data-label={t('gateways.tags')}>
        {formatNumber(formats.locale, endpoint.tagCount, 0)}
      </td>
      <td className="num endpoint-rate" data-label={t('gateways.rate')}>
        <span className={isSlow ? 'off' : undefined}>
          {isSlow && <span aria-hidden="true">▼ </span>}
          {formatNumber(formats.locale, achieved, 1)} / {formatNumber(formats.locale, asked, 1)}
        </span>{' '}
        <span className="dim small">{t(tellsChanges ? 'gateways.onChange' : 'gateways.perSecond')}</span>
      </td>
    </tr>
  );
}
