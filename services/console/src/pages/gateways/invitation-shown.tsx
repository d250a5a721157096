import { Button, CopyButton } from '@mantine/core';
import type { ReactNode } from 'react';
import { formatDateTime } from '../../format/format';
import type { InvitationPartsFragment } from '../../generated/graphql';
import { useText } from '../../i18n/text';
import { useFormats } from '../../shell/site-context';

/** The only time that the token is seen. */
export function InvitationShown({ invited, onDone }: { readonly invited: InvitationPartsFragment; readonly onDone: () => void }): ReactNode {
  const { t } = useText();
  const formats = useFormats();
  const { token, command, ingestUrl, invitation } = invited;
  return (
    <div className="stack" data-testid="invitation">
      <p className="strong">
        <span aria-hidden="true">▲ </span>
        {t('access.shownOnce')}
      </p>
      <p>{t('access.shownUntil', { time: formatDateTime(formats, invitation.expiresAt) })}</p>
      <Secret label={t('access.command')} text={command} />
      {ingestUrl === null && <p className="off">{t('access.ingestUnknown')}</p>}
      <Secret label={t('access.token')} text={token} />
      <Button size="md" variant="default" onClick={onDone}>
        {t('access.kept')}
      </Button>
    </div>
  );
}

function Secret({ label, text }: { readonly label: string; readonly text: string }): ReactNode {
  const { t } = useText();
  return (
    <div>
      <div className="row spread">
        <span className="dim">{label}</span>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button size="sm" variant="default" onClick={copy} aria-label={`${t('access.copy')}: ${label}`}>
              {t(copied ? 'access.copied' : 'access.copy')}
            </Button>
          )}
        </CopyButton>
      </div>
      <pre className="command mono" tabIndex={0} aria-label={label}>
        {text}
      </pre>
    </div>
  );
}
