import { EquipmentModelError } from './equipment-model.errors.js';

const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const LONGEST = 63;

/** One step of a path: lower-case letters, digits and single hyphens between them, at most 63. */
export const isSlug = (text: string): boolean => text.length <= LONGEST && SLUG.test(text);

export function parseSlug(text: string): string {
  if (isSlug(text)) return text;
  throw new EquipmentModelError(
    'SLUG_INVALID',
    text,
    `"${text}" can't be a name in a path: use a-z, 0-9 and single hyphens between them, at most ${LONGEST} characters.`,
  );
}
