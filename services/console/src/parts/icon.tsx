import type { ReactNode } from 'react';

const SHAPES = {
  overview: 'M3 11l9-8 9 8M5.5 9.5V21h13V9.5M10 21v-6h4v6',
  leaks: 'M2 17h20M2 21h20M12 13c-4-3 3-5 0-10M17 13c-3-2.5 2-4 0-7.5M7 13c-3-2.5 2-4 0-7.5',
  pipes: 'M2 8h13a4 4 0 014 4v9M2 15h8a3 3 0 013 3v3M2 6v11M11 21h10',
  lines: 'M2 18h20M5 18v-6h5v6M13 18V8h6v10M3 21h.1M9 21h.1M15 21h.1M21 21h.1',
  alarms: 'M6 17V11a6 6 0 0112 0v6l2 2H4zM10 22h4M12 5V2',
  gateways: 'M4 14h16v6H4zM7.5 17h.1M11 17h4M12 14V9M7.5 8a6 6 0 019 0M4.5 5a10.500 10.500 0 0115 0',
  tags: 'M3 12V4h8l10 10-8 8zM7.500 8.500h.1',
  more: 'M4 6h16M4 12h16M4 18h16',
  grafana: 'M4 20V10M10 20V4M16 20v-7M21 20H3',
} as const;
export type IconName = keyof typeof SHAPES;

export function Icon({ name, size = 22 }: { readonly name: IconName; readonly size?: number }): ReactNode {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth={1.8} strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" style={{ flex: 'none' }}>
      <path d={SHAPES[name]} />
    </svg>
  );
}
