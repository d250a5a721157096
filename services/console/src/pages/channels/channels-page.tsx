import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useText } from '../../i18n/text';
import { useLiveQuery } from '../../live/live-query';
import { PageHead, Panel } from '../../parts/panel';
import { Answered, StatePage } from '../../parts/states';
import { useSession } from '../../shell/session';
import { sitePath, useSite } from '../../shell/site-context';
import { ChannelRow } from './channel-row';
import { ChannelsDocument } from './channels.documents';
import { WebhookForm } from './webhook-form';

/** Who is told about alarms besides the people who look; for administrators. */
export function ChannelsPage(): ReactNode {
  const { t } = useText();
  const site = useSite();
  const { me } = useSession();
  const isAdmin = me.role === 'ADMIN';
  const asked = useLiveQuery({ query: ChannelsDocument, variables: {}, pause: !isAdmin, everySeconds: 10 });
  if (!isAdmin) return <StatePage title={t('state.forbiddenTitle')} text={t('channels.adminsOnly')} />;
  return (
    <>
      <PageHead title={t('channels.title')} right={<Link to={sitePath(site.slug, '/alarms')}>{t('channels.back')}</Link>} />
      <div className="stack">
        <Panel title={t('channels.webhooks')} note={t('channels.note')}>
          <Answered asked={asked}>
            {({ notificationChannels: channels }) =>
              channels.length === 0 ? (
                <p className="dim">{t('channels.none')}</p>
              ) : (
                <ul className="plain doors">
                  {channels.map((channel) => (
                    <ChannelRow key={channel.id} channel={channel} onDone={asked.refresh} />
                  ))}
                </ul>
              )
            }
          </Answered>
        </Panel>
        <WebhookForm onDone={asked.refresh} />
      </div>
    </>
  );
}
