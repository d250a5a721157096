import type { ReactNode } from 'react';
import { useText } from '../i18n/text';
import { useConnection } from '../live/connection-state';
import { useLive } from '../live/live-context';

export function ConnectionPill(): ReactNode {
  const { t } = useText();
  const state = useConnection(useLive().connection);
  return (
    <span className={state.kind === 'lost' ? 'pill off' : 'pill'} role="status" data-testid="connection-state" data-state={state.kind}>
      <svg width={14} height={14} viewBox="0 0 14 14" aria-hidden="true">
        {state.kind === 'live' && <circle cx={7} cy={7} r={5} fill="currentColor" />}
        {state.kind === 'connecting' && <circle cx={7} cy={7} r={5} fill="none" stroke="currentColor" strokeWidth={2} strokeDasharray="4 3" />}
        {state.kind === 'lost' && <path d="M2 2l10 10M12 2L2 12" stroke="currentColor" strokeWidth={2.5} />}
      </svg>
      {t(`connection.${state.kind}`)}
    </span>
  );
}
