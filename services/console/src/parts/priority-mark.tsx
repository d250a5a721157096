import type { ReactNode } from 'react';
import { textOr, useText } from '../i18n/text';

// One shape per priority: alarm colour never speaks alone.
const SHAPES: Readonly<Record<number, string>> = {
  1: 'M9 2h12l7 7v12l-7 7H9l-7-7V9z',
  2: 'M15 2l14 26H1z',
  3: 'M15 1l14 14-14 14L1 15z',
  4: 'M15 2a13 13 0 110 26 13 13 0 010-26z',
};

/** `quiet` marks an alarm somebody has already seen: outline only. */
export function PriorityMark({ priority, quiet, size = 28 }: { readonly priority: number; readonly quiet?: boolean; readonly size?: number }): ReactNode {
  const { t } = useText();
  const colour = `var(--p${priority})`;
  return (
    <svg width={size} height={size} viewBox="0 0 30 30" role="img" aria-label={textOr(t, `priority.${priority}`, String(priority))} style={{ flex: 'none' }}>
      <path d={SHAPES[priority] ?? SHAPES[4]} fill={quiet ? 'none' : colour} stroke={colour} strokeWidth={2.5} strokeLinejoin="round" />
      <text x={15} y={priority === 2 ? 23.5 : 20} textAnchor="middle" fontSize={15} fontWeight={700} fill={quiet ? 'var(--mantine-color-text)' : 'var(--mark-ink)'}>
        {priority}
      </text>
    </svg>
  );
}
