import { Progress } from '@mantine/core';
import type { ReactNode } from 'react';
import { formatAgo, formatDuration, formatNumber, formatPercent } from '../../format/format';
import type { GatewaysQuery } from '../../generated/graphql';
import { useText } from '../../i18n/text';
import { useNow } from '../../live/now';
import { Figure } from '../../parts/figure';
import { Panel } from '../../parts/panel';
import { useFormats } from '../../shell/site-context';
import { EndpointTable } from './endpoint-table';

export type GatewayData = NonNullable<GatewaysQuery['site']>['gateways'][number];

interface GatewayPanelProps {
  readonly gateway: GatewayData;
  /** For administrators. */
  readonly children?: ReactNode;
}

export function GatewayPanel({ gateway, children }: GatewayPanelProps): ReactNode {
  const { t } = useText();
  const { locale } = useFormats();
  const now = useNow(5);
  const { spool, backfill } = gateway;
  const reported = gateway.statusAt ? t('gateways.reported', { ago: formatAgo(locale, gateway.statusAt, now) }) : t('gateways.neverSeen');
  return (
    <Panel
      title={gateway.name}
      testId="gateway"
      note={
        <span className={gateway.online ? undefined : 'off'}>
          <span aria-hidden="true">{gateway.online ? '● ' : '✕ '}</span>
          {t(gateway.online ? 'gateways.online' : 'gateways.offline')} · {reported}
          {gateway.version && ` · ${t('gateways.version', { version: gateway.version })}`}
        </span>
      }
    >
      <div className="stack">
        {backfill && (
          <div>
            <p className="small" style={{ marginBottom: 6 }}>
              <span className="strong">{t('banner.backfill', { percent: formatPercent(locale, backfill.progress, 0) })}</span>{' '}
              <span className="dim">{t('banner.backfillDetail', { done: formatNumber(locale, backfill.tagsDone, 0), total: formatNumber(locale, backfill.tagsTotal, 0), samples: formatNumber(locale, backfill.samples, 0) })}</span>
            </p>
            <Progress value={backfill.progress * 100} size="md" aria-label={t('banner.backfill', { percent: formatPercent(locale, backfill.progress, 0) })} />
          </div>
        )}
        {gateway.statusAt && (
          <div className="figures">
            <Figure label={t('gateways.lag')} value={typeof gateway.lagSeconds === 'number' ? formatDuration(locale, gateway.lagSeconds) : '–'} />
            <Figure
              label={t('gateways.spool')}
              value={!spool ? '–' : spool.depthBatches === 0 ? t('gateways.spoolEmpty') : t('gateways.batches', { count: spool.depthBatches })}
              note={spool && [spool.depthBatches > 0 ? formatNumber(locale, spool.depthBytes / 1024, 0, 'KiB') : '', spool.oldest ? t('gateways.oldest', { ago: formatAgo(locale, spool.oldest, now) }) : '', spool.quarantinedRecords > 0 ? t('gateways.quarantined', { count: spool.quarantinedRecords }) : ''].filter(Boolean).join(' · ')}
            />
            <Figure label={t('gateways.clock')} value={formatOffset(locale, gateway.clockOffsetMs)} />
          </div>
        )}
        {gateway.clockWarning && typeof gateway.clockOffsetMs === 'number' && (
          <p className="off" data-testid="clock-warning">
            <span aria-hidden="true">▲ </span>
            {t(gateway.clockOffsetMs > 0 ? 'gateways.clockAhead' : 'gateways.clockBehind', { offset: formatDuration(locale, Math.abs(gateway.clockOffsetMs) / 1000) })}
          </p>
        )}
        {gateway.endpoints.length > 0 ? <EndpointTable endpoints={gateway.endpoints} /> : <p className="dim">{t('gateways.noEndpoints')}</p>}
        {children}
      </div>
    </Panel>
  );
}

/** A clock is right to some tenths of a second; more than a second is told in seconds. */
function formatOffset(locale: string, offsetMs: number | null | undefined): string {
  if (typeof offsetMs !== 'number' || Math.abs(offsetMs) < 1000) return formatNumber(locale, offsetMs, 0, 'ms');
  return `${offsetMs > 0 ? '+' : '−'}${formatDuration(locale, Math.abs(offsetMs) / 1000)}`;
}
