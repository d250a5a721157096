import { useMemo, type ReactNode } from 'react';
import { StateTimeline } from '../../charts/state-timeline';
import { useText } from '../../i18n/text';
import { useLiveQuery } from '../../live/live-query';
import { useSteadyNow } from '../../live/now';
import { Panel } from '../../parts/panel';
import { Answered, NotFound } from '../../parts/states';
import { LineTimelineDocument } from './line.documents';

interface TimelinePanelProps {
  readonly lineId: string;
  readonly start: string;
  readonly end: string;
}

export function TimelinePanel({ lineId, start, end }: TimelinePanelProps): ReactNode {
  const { t } = useText();
  const now = useSteadyNow(30);
  const to = Date.parse(end) > now ? new Date(Math.max(now, Date.parse(start) + 1000)).toISOString() : end;
  const variables = useMemo(() => ({ id: lineId, from: start, to }), [lineId, start, to]);
  const asked = useLiveQuery({ query: LineTimelineDocument, variables, on: ['yield'] });
  return (
    <Panel title={t('line.timelineTitle')} testId="line-timeline">
      <Answered asked={asked}>{(data) => (data.line ? <StateTimeline intervals={data.line.timeline} fromMs={Date.parse(start)} toMs={Date.parse(end)} /> : <NotFound />)}</Answered>
    </Panel>
  );
}
