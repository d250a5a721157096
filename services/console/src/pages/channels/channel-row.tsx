import { Button, Modal } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { formatAgo } from '../../format/format';
import type { ChannelsQuery } from '../../generated/graphql';
import { useText } from '../../i18n/text';
import { useNow } from '../../live/now';
import { useSaving } from '../../live/saving';
import { useFormats } from '../../shell/site-context';
import { RemoveChannelDocument, SetChannelEnabledDocument } from './channels.documents';

type ChannelData = ChannelsQuery['notificationChannels'][number];

export function ChannelRow({ channel, onDone }: { readonly channel: ChannelData; readonly onDone: () => void }): ReactNode {
  const { t } = useText();
  const { locale } = useFormats();
  const now = useNow(10);
  const { isBusy, save } = useSaving();
  const [isRemoving, setRemoving] = useState(false);
  const { id: channelId, name, url, enabled, pending, lastDeliveredAt, lastError } = channel;
  const enable = async (): Promise<void> => {
    await save(SetChannelEnabledDocument, { channelId, enabled: !enabled }, enabled ? 'channels.disabled' : 'channels.enabled');
    onDone();
  };
  const remove = async (): Promise<void> => {
    await save(RemoveChannelDocument, { channelId }, 'channels.removed');
    setRemoving(false);
    onDone();
  };
  return (
    <li data-testid="channel" data-enabled={enabled}>
      <div>
        <span className="strong">{name}</span>{' '}
        <span className={enabled ? 'dim nowrap' : 'off nowrap'}>
          <span aria-hidden="true">{enabled ? '● ' : '○ '}</span>
          {t(enabled ? 'channels.on' : 'channels.off')}
        </span>
        <p className="mono break">{url}</p>
        <p className="small dim">
          {lastDeliveredAt ? t('channels.lastDelivered', { ago: formatAgo(locale, lastDeliveredAt, now) }) : t('channels.neverDelivered')}
          {pending > 0 && ` · ${t('channels.pending', { count: pending })}`}
        </p>
        {lastError && <p className="small off">{t('channels.lastError', { reason: lastError })}</p>}
      </div>
      <div className="row">
        <Button size="sm" variant="default" loading={isBusy && !isRemoving} onClick={() => void enable()}>
          {t(enabled ? 'channels.disable' : 'channels.enable')}
        </Button>
        <Button size="sm" variant="default" onClick={() => setRemoving(true)}>
          {t('channels.remove')} …
        </Button>
      </div>
      <Modal opened={isRemoving} onClose={() => setRemoving(false)} title={t('channels.removeTitle', { name })} closeButtonProps={{ 'aria-label': t('trust.cancel') }} centered>
        <div className="stack">
          <p>{t('channels.removeNote')}</p>
          <Button size="md" loading={isBusy} onClick={() => void remove()}>
            {t('channels.remove')}
          </Button>
        </div>
      </Modal>
    </li>
  );
}
