export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
};

export const percentile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? NaN;
};

export async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1_000;
}

/** `--name=value` or `--name value` arguments as numbers over defaults; `60s` and `10m` are seconds. */
export function numbersFrom<D extends Readonly<Record<string, number>>>(args: readonly string[], defaults: D): D {
  const words = args.join(' ').replaceAll(/(--[a-z-]+) (\d)/g, '$1=$2').split(' ').filter(Boolean);
  const given = Object.fromEntries(
    words.flatMap((word) => {
      const [, name, value, unit] = /^--([a-z-]+)=(\d+(?:\.\d+)?)([sm]?)$/.exec(word) ?? [];
      return name === undefined ? [] : [[name, Number(value) * (unit === 'm' ? 60 : 1)]];
    }),
  );
  const unknown = Object.keys(given).filter((name) => !(name in defaults));
  if (unknown.length > 0)
    throw new Error(
      `Unknown option --${unknown.join(', --')}: use ${Object.keys(defaults)
        .map((name) => `--${name}=`)
        .join(' ')}.`,
    );
  return { ...defaults, ...given };
}

export type BenchRow = Readonly<Record<string, string | number>>;

/** A table for people, and one line of JSON for machines. */
export function printResult(name: string, options: object, rows: readonly BenchRow[]): void {
  const columns = Object.keys(rows[0] ?? {});
  const text = (value: string | number | undefined): string =>
    typeof value === 'number'
      ? Math.abs(value) >= 1_000
        ? Math.round(value).toLocaleString('en-US')
        : value.toPrecision(3)
      : (value ?? '');
  const widths = columns.map((column) => Math.max(column.length, ...rows.map((row) => text(row[column]).length)));
  const line = (cells: readonly string[]): string =>
    `${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ')}\n`;
  process.stdout.write(
    `\n${name} ${JSON.stringify(options)}\n${line(columns)}${rows.map((row) => line(columns.map((column) => text(row[column])))).join('')}`,
  );
  process.stdout.write(`${JSON.stringify({ bench: name, options, rows })}\n`);
}
