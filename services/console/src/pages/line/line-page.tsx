import { NativeSelect } from '@mantine/core';
import { useMemo, type ReactNode } from 'react';
import { useNavigate, useParams, useSearchParams } from 'react-router';
import type { LineQuery } from '../../generated/graphql';
import { useText } from '../../i18n/text';
import { useLiveQuery } from '../../live/live-query';
import { useSteadyNow } from '../../live/now';
import { PageHead, Panel } from '../../parts/panel';
import { Answered, NotFound, StatePage } from '../../parts/states';
import { sitePath, useSite } from '../../shell/site-context';
import { LineDocument } from './line.documents';
import { LineNow } from './line-now';
import { ShiftDetail } from './shift-detail';
import { ShiftTable } from './shift-table';

const DAY_MS = 86_400_000;
export type LineData = NonNullable<LineQuery['line']>;
export type ShiftData = LineData['shifts'][number];

export function LinePage(): ReactNode {
  const { t } = useText();
  const site = useSite();
  const navigate = useNavigate();
  const { id } = useParams();
  const lineId = id ?? site.lines[0]?.id;
  const now = useSteadyNow(300);
  const variables = useMemo(() => ({ id: lineId ?? '', from: new Date(now - 7 * DAY_MS).toISOString(), to: new Date(now + 300_000).toISOString(), asOf: null }), [lineId, now]);
  const asked = useLiveQuery({ query: LineDocument, variables, pause: !lineId, on: ['yield'], everySeconds: 15 });
  if (!lineId) return <StatePage title={t('line.noneTitle')} text={t('line.none')} />;
  const choice = site.lines.length > 1 && (
    <NativeSelect size="md" aria-label={t('nav.lines')} value={lineId} onChange={(event) => void navigate(sitePath(site.slug, `/lines/${event.currentTarget.value}`))} data={site.lines.map((line) => ({ value: line.id, label: line.name }))} />
  );
  return <Answered asked={asked}>{(data) => (data.line ? <Content line={data.line} choice={choice} /> : <NotFound />)}</Answered>;
}

function Content({ line, choice }: { readonly line: LineData; readonly choice: ReactNode }): ReactNode {
  const { t } = useText();
  const [search, setSearch] = useSearchParams();
  const shift = line.shifts.find(({ id }) => id === search.get('shift')) ?? line.shifts[0];
  return (
    <>
      <PageHead title={line.name} note={line.currentState && <LineNow state={line.currentState} />} right={choice} />
      {shift ? (
        <div className="stack">
          <ShiftDetail lineId={line.id} shift={shift} />
          <Panel title={t('line.past')}>
            <ShiftTable shifts={line.shifts} label={t('line.past')} chosenId={shift.id} onChoose={(id) => setSearch({ shift: id }, { preventScrollReset: true })} />
          </Panel>
        </div>
      ) : (
        <StatePage title={t('line.noShiftsTitle')} text={t('line.noShifts')} />
      )}
    </>
  );
}
