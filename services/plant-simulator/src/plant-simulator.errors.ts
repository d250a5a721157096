import { StartError } from '@telltale/service-runtime';

/** A file in the simulator's data folder can't be used. */
export class PlantDataError extends StartError {
  constructor(file: string, what: string, options?: { cause?: unknown }) {
    super('PLANT_DATA_DAMAGED', `The simulated plant can't use ${file}: ${what}`, 'Delete the file and start again; the plant then gets a new past', options);
  }
}

/** A control function was asked for a thing that the plant does not have. */
export class UnknownPlantThing extends Error {
  readonly code = 'PLANT_THING_UNKNOWN';
  constructor(what: string, name: string, known: readonly string[]) {
    super(`The plant has no ${what} "${name}". Use one of: ${known.join(', ')}.`);
    this.name = 'UnknownPlantThing';
  }
}
