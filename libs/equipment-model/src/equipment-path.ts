import { EquipmentModelError } from './equipment-model.errors.js';
import { isSlug } from './slug.js';

/** ISA-95 levels below the site. */
export const EQUIPMENT_LEVELS = ['area', 'line', 'cell'] as const;
export type EquipmentLevel = (typeof EQUIPMENT_LEVELS)[number];

/** Where equipment lies below its site: `packaging`, `packaging/line-1`, `packaging/line-1/filler`. */
export interface EquipmentPath {
  readonly text: string;
  readonly slugs: readonly string[];
}

/** One slug per level at most; levels may be left out from the bottom. */
export function parseEquipmentPath(text: string): EquipmentPath {
  const slugs = text.split('/');
  if (slugs.length <= EQUIPMENT_LEVELS.length && slugs.every(isSlug)) return { text, slugs };
  throw new EquipmentModelError(
    'EQUIPMENT_PATH_INVALID',
    text,
    `"${text}" can't be an equipment path: write area/line/cell, each of a-z, 0-9 and hyphens, e.g. packaging/line-1.`,
  );
}

/** Path of the equipment that this one is part of; `null` for what lies directly below the site. */
export function parentPath({ slugs }: EquipmentPath): string | null {
  return slugs.length > 1 ? slugs.slice(0, -1).join('/') : null;
}
