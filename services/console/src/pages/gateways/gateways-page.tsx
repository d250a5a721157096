import type { ReactNode } from 'react';
import { useText } from '../../i18n/text';
import { useLiveQuery } from '../../live/live-query';
import { PageHead } from '../../parts/panel';
import { Answered, NotFound, StatePage } from '../../parts/states';
import { useSite } from '../../shell/site-context';
import { GatewayPanel } from './gateway-panel';
import { GatewaysDocument } from './gateways.documents';
import { TrustInbox } from './trust-inbox';

/** Why is there no data? Every device connection with its state, lag and rate. */
export function GatewaysPage(): ReactNode {
  const { t } = useText();
  const site = useSite();
  const asked = useLiveQuery({ query: GatewaysDocument, variables: { siteId: site.id }, on: ['gateway'], everySeconds: 10 });
  return (
    <>
      <PageHead title={t('gateways.title')} />
      <Answered asked={asked}>
        {(data) => {
          if (!data.site) return <NotFound />;
          if (data.site.gateways.length === 0) return <StatePage title={t('gateways.emptyTitle')} text={t('gateways.empty')} />;
          return (
            <div className="stack">
              <TrustInbox />
              {data.site.gateways.map((gateway) => (
                <GatewayPanel key={gateway.id} gateway={gateway} />
              ))}
            </div>
          );
        }}
      </Answered>
    </>
  );
}
