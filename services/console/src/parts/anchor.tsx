import { useEffect, useRef, type ReactNode } from 'react';
import { useLocation } from 'react-router';

/** A place that a link with `#id` leads to: it is shown and focused once it is there. */
export function Anchor({ id, children }: { readonly id: string; readonly children: ReactNode }): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  const { hash } = useLocation();
  const isWanted = hash === `#${id}`;
  useEffect(() => {
    if (!isWanted) return;
    place.current?.scrollIntoView({ block: 'start' });
    place.current?.focus({ preventScroll: true });
  }, [isWanted]);
  return (
    <div id={id} ref={place} tabIndex={-1} style={{ scrollMarginTop: 72 }}>
      {children}
    </div>
  );
}
