import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState, type ReactNode } from 'react';
import { useClient } from 'urql';
import type { TagFileFormat } from '../../generated/graphql';
import { useText } from '../../i18n/text';
import { Panel } from '../../parts/panel';
import { saveFile } from './save-file';
import { ExportTagsDocument } from './tag-import.documents';

const FORMATS: readonly TagFileFormat[] = ['CSV', 'CSV_SEMICOLON', 'JSON'];

/** The tags as a file that imports to no change. */
export function ExportPanel({ siteId }: { readonly siteId: string }): ReactNode {
  const { t } = useText();
  const client = useClient();
  const [busy, setBusy] = useState<TagFileFormat | null>(null);
  const save = async (format: TagFileFormat): Promise<void> => {
    setBusy(format);
    const { data, error } = await client.query(ExportTagsDocument, { siteId, format }, { requestPolicy: 'network-only' }).toPromise();
    setBusy(null);
    if (data) saveFile(data.exportTags.fileName, data.exportTags.mediaType, data.exportTags.content);
    else notifications.show({ message: error?.graphQLErrors[0]?.message ?? t('state.errorNetwork'), role: 'alert', closeButtonProps: { 'aria-label': t('state.close') } });
  };
  return (
    <Panel title={t('tagFile.exportTitle')} note={t('tagFile.exportNote')}>
      <div className="row">
        {FORMATS.map((format) => (
          <Button key={format} variant="default" size="md" loading={busy === format} onClick={() => void save(format)}>
            {t(`tagFile.export.${format}`)}
          </Button>
        ))}
      </div>
    </Panel>
  );
}
