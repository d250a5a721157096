import type { PipeRun, PipeSensor } from '@telltale/plant-registry';

/** One pipe run with its sensors by position. */
export interface RunSetup {
  readonly run: PipeRun;
  readonly sensors: readonly PipeSensor[];
}

export const setupKey = ({ run, sensors }: RunSetup): string =>
  JSON.stringify([run, sensors.map(({ tagId, positionM }) => [tagId, positionM])]);
