import { z } from 'zod';
import type { DetectorParameters } from './detector-parameters.js';
import { DEFAULT_PARAMETERS } from './detector-parameters.js';
import type { RunLayout } from './run-layout.js';
import { createRunState } from './run-state.js';
import type { RunState } from './run-state.js';

const VERSION = 1;

/** A detector's memory as plain JSON: about 0.8 kB per sensor. */
export const RunCheckpoint = z.strictObject({
  version: z.literal(VERSION),
  positionsM: z.array(z.number()),
  parameters: z.record(z.string(), z.number()),
  scalars: z.record(z.string(), z.unknown()),
  /** Base64 of the columns one after the other, little-endian. */
  columns: z.string(),
});
export type RunCheckpoint = z.infer<typeof RunCheckpoint>;

export function saveRunState(state: RunState): RunCheckpoint {
  const parts = Object.values(state.columns).map((column) =>
    Buffer.from(column.buffer, column.byteOffset, column.byteLength),
  );
  return {
    version: VERSION,
    positionsM: Array.from(state.near.positionsM),
    parameters: { ...state.parameters },
    scalars: structuredClone({ ...state.scalars }),
    columns: Buffer.concat(parts).toString('base64'),
  };
}

/** The saved detector, or `null` when it was saved by another version, for other sensors or other parameters: then it is warmed up anew. */
export function restoreRunState(
  layout: RunLayout,
  saved: unknown,
  parameters: DetectorParameters = DEFAULT_PARAMETERS,
): RunState | null {
  const parsed = RunCheckpoint.safeParse(saved);
  if (!parsed.success) return null;
  const checkpoint = parsed.data;
  if (JSON.stringify(checkpoint.positionsM) !== JSON.stringify([...layout.positionsM])) return null;
  if (Object.entries(parameters).some(([name, value]) => checkpoint.parameters[name] !== value)) return null;
  const state = createRunState(layout, parameters);
  const bytes = Buffer.from(checkpoint.columns, 'base64');
  const columns = Object.values(state.columns);
  if (bytes.length !== columns.reduce((sum, column) => sum + column.byteLength, 0)) return null;
  let offset = 0;
  for (const column of columns) {
    new Uint8Array(column.buffer).set(bytes.subarray(offset, offset + column.byteLength));
    offset += column.byteLength;
  }
  return Object.assign(state, { scalars: structuredClone(checkpoint.scalars) });
}
