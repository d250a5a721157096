import { Progress } from '@mantine/core';
import type { ReactNode } from 'react';
import { formatDuration, formatNumber, formatPercent, formatTime } from '../format/format';
import { useText } from '../i18n/text';
import { useConnection } from '../live/connection-state';
import { useLive } from '../live/live-context';
import { useNow } from '../live/now';
import { useFormats, type SiteInfo } from './site-context';

/** What a reader must know before trusting the page below. */
export function Banners({ site }: { readonly site: SiteInfo }): ReactNode {
  const { t } = useText();
  return (
    <aside className="banners" aria-label={t('nav.notices')}>
      <LostBanner />
      <BackfillBanner site={site} />
      <SimulationBanner site={site} />
    </aside>
  );
}

function LostBanner(): ReactNode {
  const { t } = useText();
  const formats = useFormats();
  const state = useConnection(useLive().connection);
  const now = useNow(2);
  // Shorter breaks heal before anyone could read about them.
  if (state.kind !== 'lost' || now - state.sinceMs < 2000) return null;
  return (
    <div className="banner lost" role="alert" data-testid="connection-lost">
      {t('connection.lostBanner', { time: formatTime(formats, new Date(state.sinceMs).toISOString()) })}
    </div>
  );
}

function BackfillBanner({ site }: { readonly site: SiteInfo }): ReactNode {
  const { t } = useText();
  const { locale } = useFormats();
  const backfill = site.backfill;
  if (!backfill) return null;
  const title = t('banner.backfill', { percent: formatPercent(locale, backfill.progress, 0) });
  return (
    <div className="banner" data-testid="backfill-banner">
      <strong>{title}</strong>
      <Progress value={backfill.progress * 100} w={180} size="md" aria-label={title} />
      <span className="dim">
        {t('banner.backfillDetail', {
          done: formatNumber(locale, backfill.tagsDone, 0),
          total: formatNumber(locale, backfill.tagsTotal, 0),
          samples: formatNumber(locale, backfill.samples, 0),
        })}
      </span>
    </div>
  );
}

function SimulationBanner({ site }: { readonly site: SiteInfo }): ReactNode {
  const { t } = useText();
  const { locale } = useFormats();
  const now = useNow(1);
  const simulation = site.simulation;
  if (!simulation) return null;
  const next = simulation.scripted.find(({ startsAt }) => Date.parse(startsAt) > now);
  return (
    <div className="banner">
      <strong>{t('banner.simulation')}</strong>
      {simulation.speed !== 1 && <span>{t('banner.speed', { speed: formatNumber(locale, simulation.speed, 0) })}</span>}
      {next && <span>{t('banner.next', { title: next.title, when: formatDuration(locale, (Date.parse(next.startsAt) - now) / 1000) })}</span>}
    </div>
  );
}
