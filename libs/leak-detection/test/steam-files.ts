import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { MadeLeak } from './steam-generator.js';

interface Labels {
  readonly leaks: readonly {
    x_m: number;
    start_min: number;
    end_min: number;
    amplitude_c: number;
    kind: 'abrupt' | 'slow';
  }[];
}

export interface RecordedLine {
  readonly positionsM: readonly number[];
  readonly minutes: readonly Float64Array[];
  readonly pipeC: Float64Array;
  readonly leaks: readonly MadeLeak[];
}

/** The recorded line of 60 sensors: `minute, pipe_temp_c, s00 …`, empty = dropout. */
export function readRecording(folder: string): RecordedLine {
  const csv = gunzipSync(readFileSync(join(folder, 'seed3_60sensors_14d_1min.csv.gz'))).toString('utf8');
  const labels = JSON.parse(readFileSync(join(folder, 'seed3_labels.json'), 'utf8')) as Labels;
  const rows = csv
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => Float64Array.from(line.split(','), (cell) => (cell === '' ? NaN : Number(cell))));
  return {
    positionsM: Array.from({ length: 60 }, (_, i) => i * 1.5),
    minutes: rows.map((row) => row.slice(2)),
    pipeC: Float64Array.from(rows, (row) => row[1] ?? NaN),
    leaks: labels.leaks.map((leak) => ({
      xM: leak.x_m,
      fromMinute: leak.start_min,
      toMinute: leak.end_min,
      amplitudeC: leak.amplitude_c,
      kind: leak.kind,
    })),
  };
}
