import { DEFAULT_PARAMETERS } from '@telltale/leak-detection';
import type { Detection } from '@telltale/plant-registry';
import type { Told } from './leak-findings.js';
import type { RunSetup } from './run-setup.js';

export const registryKey = ({ run }: RunSetup, told: Told): string =>
  `${told.insight}/${run.pipeRunId}/${told.incident.key}`;

/** The open detection that is the same incident as one found anew: same kind, same place. */
export function sameIncident(told: Told, open: readonly Detection[]): Detection | undefined {
  return open.find((detection) => {
    if (detection.insight !== told.insight || told.incident.closedUs !== null) return false;
    switch (told.insight) {
      case 'steam-leak':
        return Math.abs((detection.positionM ?? Infinity) - told.incident.positionM) <= DEFAULT_PARAMETERS.mergeM;
      case 'sensor-suspect':
        return Math.abs((detection.positionM ?? Infinity) - told.incident.positionM) < 0.01;
      case 'segment-transient':
        return true;
    }
  });
}
