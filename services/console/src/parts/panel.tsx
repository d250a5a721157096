import { useEffect, useId, type ReactNode } from 'react';

interface PanelProps {
  readonly title: string;
  readonly note?: ReactNode;
  readonly right?: ReactNode;
  readonly children: ReactNode;
  readonly testId?: string;
}

export function Panel({ title, note, right, children, testId }: PanelProps): ReactNode {
  const id = useId();
  return (
    <section className="panel" aria-labelledby={id} data-testid={testId}>
      <header>
        <h2 id={id}>{title}</h2>
        {note && <span className="note">{note}</span>}
        {right && <span className="right">{right}</span>}
      </header>
      {children}
    </section>
  );
}

interface PageHeadProps {
  readonly title: string;
  readonly note?: ReactNode;
  readonly right?: ReactNode;
}

export function PageHead({ title, note, right }: PageHeadProps): ReactNode {
  useEffect(() => {
    document.title = `${title} · Telltale`;
  }, [title]);
  return (
    <div className="page-head">
      <h1>{title}</h1>
      {note && <span className="note">{note}</span>}
      {right && <span className="right">{right}</span>}
    </div>
  );
}
