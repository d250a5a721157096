import type { ReactNode } from 'react';
import type { LineStateKind } from '../../generated/graphql';
import { formatTime } from '../../format/format';
import { useText } from '../../i18n/text';
import { useFormats } from '../../shell/site-context';
import { stateLabel } from './state-label';

interface LineNowProps {
  readonly state: { readonly state: LineStateKind; readonly label: string | null | undefined; readonly from: string };
}

/** What the line does now; anything but producing or a planned stop stands out. */
export function LineNow({ state }: LineNowProps): ReactNode {
  const { t } = useText();
  const formats = useFormats();
  const isNormal = state.state === 'PRODUCING' || state.state === 'PLANNED_STOP';
  return (
    <span className={isNormal ? undefined : 'off'} data-testid="line-state">
      <span aria-hidden="true">{isNormal ? '● ' : '■ '}</span>
      {stateLabel(state.state, state.label, t)} {t('line.since', { time: formatTime(formats, state.from) })}
    </span>
  );
}
