import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef, type ReactNode } from 'react';
import { useText } from '../i18n/text';
import { useFormats } from '../shell/site-context';
import { chartOption, type ChartColours } from './chart-option';
import { init, type EChartsType } from './echarts-core';
import type { TimeChartProps } from './time-chart.types';

function pattern(colour: string, draw: (context: CanvasRenderingContext2D) => void): HTMLCanvasElement {
  const tile = document.createElement('canvas');
  tile.width = tile.height = 8;
  const context = tile.getContext('2d');
  if (context) {
    context.strokeStyle = context.fillStyle = colour;
    draw(context);
  }
  return tile;
}

function readColours(element: HTMLElement): ChartColours {
  const style = getComputedStyle(element);
  const of = (name: string): string => style.getPropertyValue(name).trim();
  const hatch = of('--hatch');
  return {
    font: style.fontFamily,
    ink: of('--mantine-color-text'),
    dim: of('--mantine-color-dimmed'),
    rule: of('--rule'),
    main: of('--fill-strong'),
    leak: of('--heat-3'),
    context: of('--fill'),
    abnormal: of('--off'),
    panel: of('--panel-raised'),
    hatch: pattern(hatch, (context) => {
      context.lineWidth = 1.3;
      context.beginPath();
      context.moveTo(-2, 10);
      context.lineTo(10, -2);
      context.moveTo(-2, 2);
      context.lineTo(2, -2);
      context.moveTo(6, 10);
      context.lineTo(10, 6);
      context.stroke();
    }),
    dots: pattern(hatch, (context) => {
      context.fillRect(1, 1, 1.5, 1.5);
      context.fillRect(5, 5, 1.5, 1.5);
    }),
  };
}

/** Values over plant time, with quality bands, hatched gaps and the unit. */
export function TimeChart(props: TimeChartProps): ReactNode {
  const { t } = useText();
  const formats = useFormats();
  const scheme = useComputedColorScheme('light');
  const holder = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | null>(null);
  useEffect(() => {
    const element = holder.current;
    if (!element) return undefined;
    const made = init(element);
    chart.current = made;
    const watcher = new ResizeObserver(() => made.resize());
    watcher.observe(element);
    return () => {
      watcher.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);
  useEffect(() => {
    if (holder.current) chart.current?.setOption(chartOption(props, formats, readColours(holder.current)), { notMerge: true });
  }, [props, formats, scheme]);
  const kinds = [...new Set(props.bands.map(({ kind }) => kind))];
  return (
    <figure style={{ margin: 0 }}>
      <div ref={holder} role="img" aria-label={t('chart.label', { title: props.title, unit: props.unit })} style={{ height: props.height ?? 320 }} />
      <figcaption className="row small dim chart-caption">
        {[...new Map(props.series.map((one) => [one.group ?? one.name, one])).entries()].map(([name, { look }]) => (
          <span key={name} className="row" style={{ gap: 6 }}>
            <i className={`line-key ${look}`} aria-hidden="true" />
            {name}
          </span>
        ))}
        {kinds.map((kind) => (
          <span key={kind} className="row" style={{ gap: 6 }}>
            <i className={`swatch ${kind}`} aria-hidden="true" />
            {t(`chart.${kind}`)}
          </span>
        ))}
        <span>{t('data.plantTime', { zone: formats.timeZone })}</span>
      </figcaption>
    </figure>
  );
}
