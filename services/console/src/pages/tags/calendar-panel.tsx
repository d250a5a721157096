import { SegmentedControl } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import { useText } from '../../i18n/text';
import { useLiveQuery } from '../../live/live-query';
import { useSteadyNow } from '../../live/now';
import { Panel } from '../../parts/panel';
import { Answered } from '../../parts/states';
import { CalendarTable } from './calendar-table';
import { TagCalendarDocument } from './tags.documents';

const DAY_MS = 86_400_000;
/** The variables are no second clock beside that of useLiveQuery. What has yet to begin is asked for as well, and not shown. */
const STEP_SECONDS = 3_600;
const PERIODS = ['shifts', 'days'] as const;
type Period = (typeof PERIODS)[number];
const isPeriod = (value: string): value is Period => PERIODS.some((period) => period === value);

const iso = (ms: number): string => new Date(ms).toISOString();

/** Figures of one tag for the shifts of the last three days and for the last seven days; a plant without shifts has its days. */
export function CalendarPanel({ tagId, unit }: { readonly tagId: string; readonly unit: string }): ReactNode {
  const { t } = useText();
  const [chosen, setChosen] = useState<Period>('shifts');
  const now = useSteadyNow(STEP_SECONDS);
  const variables = useMemo(
    () => ({ tagIds: [tagId], shiftsFrom: iso(now - 3 * DAY_MS), daysFrom: iso(now - 6 * DAY_MS), to: iso(now + STEP_SECONDS * 1000) }),
    [tagId, now],
  );
  const asked = useLiveQuery({ query: TagCalendarDocument, variables });
  const hasShifts = (asked.data?.shifts[0]?.buckets.length ?? 0) > 0;
  const period = hasShifts ? chosen : 'days';
  const choice = hasShifts && (
    <SegmentedControl size="md" aria-label={t('calendar.title')} value={chosen} onChange={(value) => isPeriod(value) && setChosen(value)} data={PERIODS.map((value) => ({ value, label: t(`calendar.${value}`) }))} />
  );
  return (
    <Panel title={t('calendar.title')} right={choice} testId="calendar">
      <Answered asked={asked}>{(data) => <CalendarTable period={period} unit={unit} buckets={data[period][0]?.buckets ?? []} />}</Answered>
    </Panel>
  );
}
