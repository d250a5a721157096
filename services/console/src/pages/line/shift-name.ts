import type { Text } from '../../i18n/text';

/** A letter alone says nothing: "Shift B". Names that are words stay as the plant wrote them. */
export const shiftName = (name: string, t: Text): string => (name.length <= 2 ? t('yield.shiftNamed', { name }) : name);
