import { Skeleton } from '@mantine/core';
import { lazy, Suspense, type ReactNode } from 'react';
import type { TimeChartProps } from './time-chart.types';

const TimeChart = lazy(async () => ({ default: (await import('./time-chart')).TimeChart }));

/** The chart without its library in the first load. */
export function LazyTimeChart(props: TimeChartProps): ReactNode {
  return (
    <Suspense fallback={<Skeleton height={props.height ?? 320} />}>
      <TimeChart {...props} />
    </Suspense>
  );
}
