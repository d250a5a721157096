import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { formatDateTime } from '../../format/format';
import type { TagDataPathQuery } from '../../generated/graphql';
import { textOr, useText } from '../../i18n/text';
import { useLiveQuery } from '../../live/live-query';
import { Anchor } from '../../parts/anchor';
import { Panel } from '../../parts/panel';
import { Answered } from '../../parts/states';
import { sitePath, useFormats, useSite } from '../../shell/site-context';
import { TagDataPathDocument } from './tags.documents';

type Step = NonNullable<TagDataPathQuery['tag']>['dataPath']['steps'][number];
const SHAPES = { OK: '●', BROKEN: '✕', UNKNOWN: '○' } as const;

/** Every station between device and database: in order, broken or unknown, since when, and what to do. */
export function DataPathPanel({ tagId }: { readonly tagId: string }): ReactNode {
  const { t } = useText();
  const asked = useLiveQuery({ query: TagDataPathDocument, variables: { id: tagId }, on: ['gateway'], everySeconds: 5 });
  const path = asked.data?.tag?.dataPath;
  const title = path && !path.ok ? t('path.why') : t('path.title');
  return (
    <Anchor id="why">
      <Panel title={title} note={path?.ok && t('path.fine')} testId="data-path">
        <Answered asked={asked}>
          {({ tag }) => (
            <ol className="plain data-path">
              {tag?.dataPath.steps.map((step) => (
                <PathRow key={step.station} step={step} isCause={tag.dataPath.cause?.station === step.station} />
              ))}
            </ol>
          )}
        </Answered>
      </Panel>
    </Anchor>
  );
}

function PathRow({ step, isCause }: { readonly step: Step; readonly isCause: boolean }): ReactNode {
  const { t } = useText();
  const formats = useFormats();
  const { station, state, code, what, remedy, since, detail } = step;
  return (
    <li className={isCause ? 'cause' : undefined} data-state={state} data-code={code}>
      <span className={state === 'BROKEN' ? 'off' : state === 'UNKNOWN' ? 'dim' : undefined}>
        <span aria-hidden="true">{SHAPES[state]} </span>
        <span className="hidden">{t(`path.${state}`)}: </span>
        {t(`path.station.${station}`)}
      </span>
      <div>
        <p className={state === 'BROKEN' ? 'strong' : 'dim'}>
          {textOr(t, `path.${code}`, what)}
          {since && state !== 'OK' && <span className="dim small nowrap"> {t('line.since', { time: formatDateTime(formats, since) })}</span>}
        </p>
        {detail && state !== 'OK' && <p className="dim small break">{detail}</p>}
        {isCause && remedy && (
          <p>
            <span className="strong">{t('path.do')}:</span> {textOr(t, `path.${code}.do`, remedy)} <Way code={code} station={station} />
          </p>
        )}
      </div>
    </li>
  );
}

const MENDED_BY_IMPORT: readonly string[] = ['NODE_MISSING', 'ADDRESS_WRONG', 'ADDRESS_WITHOUT_VALUE', 'TYPE_NOT_A_NUMBER'];

/** To the page where the cause can be mended. */
function Way({ code, station }: Pick<Step, 'code' | 'station'>): ReactNode {
  const { t } = useText();
  const { slug } = useSite();
  if (code === 'CERTIFICATE_UNTRUSTED') return <Link to={sitePath(slug, '/connections#trust')}>{t('path.toTrust')}</Link>;
  if (station === 'TAG' || MENDED_BY_IMPORT.includes(code)) return <Link to={sitePath(slug, '/tags/import')}>{t('path.toImport')}</Link>;
  if (station === 'CONNECTION' || station === 'GATEWAY' || station === 'SPOOL') return <Link to={sitePath(slug, '/connections')}>{t('path.toConnections')}</Link>;
  return null;
}
