import type { ReactNode } from 'react';
import { formatDateTime } from '../../format/format';
import { textOr, useText } from '../../i18n/text';
import { Panel } from '../../parts/panel';
import { useFormats } from '../../shell/site-context';
import type { LeakData } from './leak-page';

/** Who did what, newest first. */
export function History({ leak }: { readonly leak: LeakData }): ReactNode {
  const { t } = useText();
  const formats = useFormats();
  return (
    <Panel title={t('leak.historyTitle')} testId="leak-history">
      <ol className="plain history">
        {leak.alarm.history.toReversed().map(({ id, at, transition, person, comment }) => (
          <li key={id}>
            <time className="dim nowrap" dateTime={at}>
              {formatDateTime(formats, at)}
            </time>
            <span>
              <span className="strong">{textOr(t, `transition.${transition.toLowerCase()}`, transition)}</span>
              {person && <span className="dim"> · {person.name}</span>}
              {comment && (
                <>
                  <br />
                  {transition === 'classify' ? textOr(t, `finding.${comment}`, comment) : comment}
                </>
              )}
            </span>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
