/** How a series speaks: the one looked at, context, computed, or the shaded range around a mean. */
export type SeriesLook = 'main' | 'leak' | 'context' | 'expected' | 'threshold' | 'range-low' | 'range-high';

export interface ChartSeries {
  readonly name: string;
  /** One word in the legend for several series; the name where absent. */
  readonly group?: string;
  readonly look: SeriesLook;
  /** Milliseconds and value; null breaks the line. */
  readonly points: readonly (readonly [number, number | null])[];
  /** Drawn as a staircase: discrete tags. */
  readonly stepped?: boolean;
}

export type BandKind = 'gap' | 'bad' | 'uncertain';

/** A stretch of time that is not good data. */
export interface ChartBand {
  readonly kind: BandKind;
  readonly fromMs: number;
  readonly toMs: number;
  readonly text: string;
}

export interface TimeChartProps {
  readonly title: string;
  readonly unit: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly series: readonly ChartSeries[];
  readonly bands: readonly ChartBand[];
  /** A moment worth a line, with its word. */
  readonly mark?: { readonly atMs: number; readonly text: string };
  readonly height?: number;
}
