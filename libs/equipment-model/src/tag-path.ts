import { EquipmentModelError } from './equipment-model.errors.js';
import { isSlug } from './slug.js';

/** The full name of a signal, e.g. `acme/ludwigshafen/steam/line-3/air-temperature-012`. */
export interface TagPath {
  readonly text: string;
  readonly enterprise: string;
  readonly site: string;
  /** Area, line, cell: none to three. */
  readonly equipment: readonly string[];
  readonly tag: string;
}

const LEAST_STEPS = 3;
const MOST_STEPS = 6;

/** Enterprise, site, up to three levels of equipment, tag. */
export function parseTagPath(text: string): TagPath {
  const steps = text.split('/');
  const [enterprise = '', site = '', ...below] = steps;
  const tag = below.at(-1) ?? '';
  if (steps.length >= LEAST_STEPS && steps.length <= MOST_STEPS && steps.every(isSlug)) {
    return { text, enterprise, site, equipment: below.slice(0, -1), tag };
  }
  throw new EquipmentModelError(
    'TAG_PATH_INVALID',
    text,
    `"${text}" can't be a tag path: write enterprise/site/area/line/cell/tag (area, line and cell may be left out), each of a-z, 0-9 and hyphens.`,
  );
}
