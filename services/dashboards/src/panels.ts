import { PanelBuilder as BarChart } from '@grafana/grafana-foundation-sdk/barchart';
import { VizOrientation } from '@grafana/grafana-foundation-sdk/common';
import { ThresholdsConfigBuilder, ThresholdsMode, type Threshold } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';
import { PostgresQueryBuilder, TELLTALE } from './postgres-query.js';

export interface PanelText {
  readonly title: string;
  /** What the number means, its unit and where it comes from: the (i) of the panel. */
  readonly description: string;
  readonly sql: string;
  /** Grafana unit id, e.g. `percentunit`, `celsius`, `massk g/h` is written as a custom suffix. */
  readonly unit: string;
}

interface Size {
  /** Of 24 columns. */
  readonly width: number;
  /** In rows of 30 px. */
  readonly height: number;
}

// ISA-101: grey is normal, colour marks what is abnormal.
const CALM = 'text';
const ABNORMAL = 'dark-orange';

const thresholds = (steps: Threshold[]): ThresholdsConfigBuilder => new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps);
const calm = thresholds([{ value: null, color: CALM }]);

/** Abnormal below the limit (yields, completeness). */
export const abnormalBelow = (limit: number): ThresholdsConfigBuilder =>
  thresholds([{ value: null, color: ABNORMAL }, { value: limit, color: CALM }]);

/** Abnormal from the limit on (leaks, losses). */
export const abnormalFrom = (limit: number): ThresholdsConfigBuilder =>
  thresholds([{ value: null, color: CALM }, { value: limit, color: ABNORMAL }]);

export function figure(text: PanelText, size: Size, limits: ThresholdsConfigBuilder = calm): Stat {
  return new Stat()
    .title(text.title)
    .description(text.description)
    .datasource(TELLTALE)
    .unit(text.unit)
    .decimals(text.unit === 'percentunit' ? 1 : 0)
    .thresholds(limits)
    .noValue('no data')
    .span(size.width)
    .height(size.height)
    .withTarget(new PostgresQueryBuilder('table', text.sql));
}

export function trend(text: PanelText, size: Size): TimeSeries {
  return new TimeSeries()
    .title(text.title)
    .description(text.description)
    .datasource(TELLTALE)
    .unit(text.unit)
    .noValue('no data')
    .span(size.width)
    .height(size.height)
    .withTarget(new PostgresQueryBuilder('time_series', text.sql));
}

export function list(text: PanelText, size: Size): Table {
  return new Table()
    .title(text.title)
    .description(text.description)
    .datasource(TELLTALE)
    .unit(text.unit)
    .noValue('none')
    .span(size.width)
    .height(size.height)
    .withTarget(new PostgresQueryBuilder('table', text.sql));
}

export function bars(text: PanelText, size: Size): BarChart {
  return new BarChart()
    .title(text.title)
    .description(text.description)
    .datasource(TELLTALE)
    .unit(text.unit)
    .orientation(VizOrientation.Horizontal)
    .noValue('none')
    .span(size.width)
    .height(size.height)
    .withTarget(new PostgresQueryBuilder('table', text.sql));
}
