import { Button } from '@mantine/core';
import { useEffect, useRef, type ReactNode } from 'react';
import { useText } from '../../i18n/text';

const FORMATS = [
  { format: 'csv', name: 'CSV' },
  { format: 'parquet', name: 'Parquet' },
] as const;

/** Links of files with every sample of the last hours; the browser saves them while they come. */
export function SaveSamples({ tagId, hours }: { readonly tagId: string; readonly hours: number }): ReactNode {
  const { t } = useText();
  return (
    <p className="row small dim">
      {t('tags.save')}
      {FORMATS.map(({ format, name }) => (
        <SaveLink key={format} name={name} addressNow={() => exportAddress(tagId, hours, format)} />
      ))}
    </p>
  );
}

function SaveLink({ name, addressNow }: { readonly name: string; readonly addressNow: () => string }): ReactNode {
  const link = useRef<HTMLAnchorElement>(null);
  // The range ends at the moment of the click, not at that of the drawing.
  const refresh = (): void => link.current?.setAttribute('href', addressNow());
  useEffect(refresh);
  return (
    <Button ref={link} component="a" variant="default" size="xs" download onMouseDown={refresh} onFocus={refresh}>
      {name}
    </Button>
  );
}

function exportAddress(tagId: string, hours: number, format: string): string {
  const toMs = Date.now();
  const query = new URLSearchParams({ tag: tagId, from: new Date(toMs - hours * 3_600_000).toISOString(), to: new Date(toMs).toISOString(), format });
  return `/export/samples?${query.toString()}`;
}
