/** In groups of four, as devices show them. */
export const inGroups = (thumbprint: string): string => (thumbprint.match(/.{1,4}/g) ?? []).join(' ');
