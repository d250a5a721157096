import { createContext, use, useMemo, type ReactNode } from 'react';
import { useSubscription } from 'urql';
import { localeFor, type Formats } from '../format/format';
import type { SitesQuery } from '../generated/graphql';
import { useText } from '../i18n/text';
import { useLive } from '../live/live-context';
import { useSession } from './session';
import { AlarmChangedDocument, GatewayChangedDocument, YieldChangedDocument } from './shell.documents';

export type SiteInfo = SitesQuery['sites'][number];
const SiteContext = createContext<SiteInfo | null>(null);

/** The plant the page is about; hears its changes for every page below. */
export function SiteProvider({ site, children }: { readonly site: SiteInfo; readonly children: ReactNode }): ReactNode {
  const { topics } = useLive();
  const variables = useMemo(() => ({ siteId: site.id }), [site.id]);
  useSubscription({ query: AlarmChangedDocument, variables }, (_, message) => {
    topics.tell('alarm');
    return message;
  });
  useSubscription({ query: YieldChangedDocument, variables }, (_, message) => {
    topics.tell('yield');
    return message;
  });
  useSubscription({ query: GatewayChangedDocument, variables }, (_, message) => {
    topics.tell('gateway');
    return message;
  });
  return <SiteContext value={site}>{children}</SiteContext>;
}

export function useSite(): SiteInfo {
  const site = use(SiteContext);
  if (!site) throw new Error('useSite needs a SiteProvider above it.');
  return site;
}

/** Locale of the reader, time zone of the plant. */
export function useFormats(): Formats {
  const site = use(SiteContext);
  const { me } = useSession();
  const { language } = useText();
  const locale = localeFor(language, me.tenant.locale);
  const timeZone = site?.timeZone ?? 'UTC';
  return useMemo(() => ({ locale, timeZone }), [locale, timeZone]);
}

export const sitePath = (slug: string, rest = ''): string => `/plants/${slug}${rest}`;
