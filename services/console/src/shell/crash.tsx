import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { useText } from '../i18n/text';
import { StatePage } from '../parts/states';

/** Shown when a page could not be drawn or its code could not be loaded. */
export function Crash(): ReactNode {
  const { t } = useText();
  return (
    <StatePage title={t('state.crashTitle')} text={t('state.crash')}>
      <Button variant="default" onClick={() => location.reload()}>
        {t('state.reload')}
      </Button>
    </StatePage>
  );
}
