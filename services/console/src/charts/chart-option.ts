import { digitsFor, formatNumber, zoneOffsetMs, type Formats } from '../format/format';
import type { LineSeriesOption, TimeChartOption } from './echarts-core';
import type { ChartBand, ChartSeries, SeriesLook, TimeChartProps } from './time-chart.types';

export interface ChartColours {
  readonly font: string;
  readonly ink: string;
  readonly dim: string;
  readonly rule: string;
  readonly main: string;
  readonly leak: string;
  readonly context: string;
  readonly abnormal: string;
  readonly panel: string;
  readonly hatch: HTMLCanvasElement;
  readonly dots: HTMLCanvasElement;
}

const lineOf = (look: SeriesLook, colours: ChartColours): LineSeriesOption => {
  switch (look) {
    case 'main':
      return { lineStyle: { width: 2.5, color: colours.main }, itemStyle: { color: colours.main }, z: 5 };
    case 'leak':
      return { lineStyle: { width: 2.5, color: colours.leak }, itemStyle: { color: colours.leak }, z: 5 };
    case 'expected':
      return { lineStyle: { width: 2, color: colours.ink, type: 'dashed' }, itemStyle: { color: colours.ink }, z: 4 };
    case 'threshold':
      return { lineStyle: { width: 1.5, color: colours.abnormal, type: 'dotted' }, itemStyle: { color: colours.abnormal }, z: 4 };
    case 'range-low':
    case 'range-high':
      return { lineStyle: { width: 1, color: colours.context, opacity: 0.7 }, itemStyle: { color: colours.context }, z: 2 };
    case 'context':
      return { lineStyle: { width: 1.2, color: colours.context }, itemStyle: { color: colours.context }, z: 3 };
  }
};

type Area = NonNullable<NonNullable<LineSeriesOption['markArea']>['data']>[number];

const bandArea = (band: ChartBand, shiftMs: number, colours: ChartColours): Area => {
  const image = band.kind === 'uncertain' ? colours.dots : colours.hatch;
  const borderWidth = band.kind === 'bad' ? 1.5 : 0;
  return [
    { name: band.text, xAxis: band.fromMs + shiftMs, itemStyle: { color: { image, repeat: 'repeat' }, borderWidth, borderColor: colours.dim }, label: { show: false } },
    { xAxis: band.toMs + shiftMs },
  ];
};

type Points = ChartSeries['points'];

/** Samples seldom sit exactly on the edges of a gap. */
const slackMs = (fromMs: number, toMs: number): number => Math.max(1000, (toMs - fromMs) / 5);

/** No line leads across a gap. */
export function brokenAt(points: Points, bands: readonly ChartBand[]): Points {
  const gaps = bands.filter(({ kind }) => kind === 'gap');
  return points.flatMap((point, index): Points => {
    const next = points[index + 1];
    const gap = next && gaps.find(({ fromMs, toMs }) => point[0] <= fromMs + slackMs(fromMs, toMs) && next[0] >= toMs - slackMs(fromMs, toMs));
    return gap ? [point, [gap.fromMs, null]] : [point];
  });
}

/** Times are moved by the zone's offset and drawn as UTC, so that ticks fall on whole hours of the plant. */
export function chartOption(props: TimeChartProps, formats: Formats, colours: ChartColours): TimeChartOption {
  const shiftMs = zoneOffsetMs(formats.timeZone, props.toMs);
  const short = new Intl.DateTimeFormat(formats.locale, { timeZone: 'UTC', day: '2-digit', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const seriesOf = (series: ChartSeries, index: number): LineSeriesOption => ({
    type: 'line',
    name: series.name,
    showSymbol: false,
    connectNulls: false,
    sampling: 'minmax',
    animation: false,
    ...(series.stepped ? { step: 'end' as const } : {}),
    ...lineOf(series.look, colours),
    data: brokenAt(series.points, props.bands).map(([ms, value]) => [ms + shiftMs, value]),
    ...(index === 0
      ? {
          markArea: { silent: true, data: props.bands.map((band) => bandArea(band, shiftMs, colours)) },
          ...(props.mark ? { markLine: { silent: true, symbol: 'none', lineStyle: { color: colours.ink, width: 1.5, type: 'solid' as const }, label: { formatter: props.mark.text, color: colours.ink, fontSize: 12, position: 'end' as const, rotate: 0, distance: 4 }, data: [{ xAxis: props.mark.atMs + shiftMs }] } } : {}),
        }
      : {}),
  });
  return {
    useUTC: true,
    animation: false,
    grid: { left: 8, right: 12, top: 30, bottom: 8, containLabel: true },
    textStyle: { fontFamily: colours.font },
    tooltip: {
      trigger: 'axis',
      backgroundColor: colours.panel,
      borderColor: colours.rule,
      textStyle: { color: colours.ink, fontSize: 13 },
      axisPointer: { lineStyle: { color: colours.dim } },
      order: 'valueDesc',
      valueFormatter: (value) => (typeof value === 'number' ? formatNumber(formats.locale, value, digitsFor(value, props.unit), props.unit) : '–'),
    },
    xAxis: {
      type: 'time',
      min: props.fromMs + shiftMs,
      max: props.toMs + shiftMs,
      axisLine: { lineStyle: { color: colours.dim } },
      axisLabel: { color: colours.dim, hideOverlap: true },
      axisPointer: { label: { formatter: ({ value }) => short.format(Number(value)) } },
    },
    yAxis: {
      type: 'value',
      scale: true,
      name: props.unit,
      nameTextStyle: { color: colours.dim, align: 'left' },
      axisLabel: { color: colours.dim, formatter: (value: number) => new Intl.NumberFormat(formats.locale, { maximumFractionDigits: 2 }).format(value) },
      splitLine: { lineStyle: { color: colours.rule } },
    },
    series: props.series.map(seriesOf),
  };
}
