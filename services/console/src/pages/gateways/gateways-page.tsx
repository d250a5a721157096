import type { ReactNode } from 'react';
import { useText } from '../../i18n/text';
import { useLiveQuery } from '../../live/live-query';
import { PageHead } from '../../parts/panel';
import { Answered, NotFound, StatePage } from '../../parts/states';
import { useSession } from '../../shell/session';
import { useSite } from '../../shell/site-context';
import { GatewayAccessDocument } from './access.documents';
import { AccessPanel } from './access-panel';
import { GatewayPanel } from './gateway-panel';
import { GatewaysDocument } from './gateways.documents';
import { InviteButton } from './invite-button';
import { TrustInbox } from './trust-inbox';

/** Why is there no data? Every device connection with its state, lag and rate; for administrators also how gateways come in. */
export function GatewaysPage(): ReactNode {
  const { t } = useText();
  const site = useSite();
  const { me } = useSession();
  const isAdmin = me.role === 'ADMIN';
  const variables = { siteId: site.id };
  const asked = useLiveQuery({ query: GatewaysDocument, variables, on: ['gateway'], everySeconds: 10 });
  const access = useLiveQuery({ query: GatewayAccessDocument, variables, pause: !isAdmin, everySeconds: 10 });
  const refresh = (): void => {
    asked.refresh();
    access.refresh();
  };
  const accessTo = (gatewayId: string): ReactNode => {
    const found = access.data?.gatewayAccess.find((one) => one.gatewayId === gatewayId);
    return found && <AccessPanel access={found} onDone={refresh} />;
  };
  return (
    <>
      <PageHead title={t('gateways.title')} right={isAdmin && <InviteButton onDone={refresh} />} />
      <Answered asked={asked}>
        {(data) => {
          if (!data.site) return <NotFound />;
          if (data.site.gateways.length === 0) return <StatePage title={t('gateways.emptyTitle')} text={t('gateways.empty')} />;
          return (
            <div className="stack">
              <TrustInbox />
              {data.site.gateways.map((gateway) => (
                <GatewayPanel key={gateway.id} gateway={gateway}>
                  {accessTo(gateway.id)}
                </GatewayPanel>
              ))}
            </div>
          );
        }}
      </Answered>
    </>
  );
}
