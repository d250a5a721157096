import { notFound } from './api.error.js';

const KINDS = {
  tenant: 'ten',
  site: 'sit',
  equipment: 'equ',
  tag: 'tag',
  'pipe run': 'run',
  alarm: 'alm',
  'leak alert': 'lek',
  'shift yield': 'shy',
  'alarm transition': 'trn',
  user: 'usr',
  gateway: 'gwy',
  endpoint: 'end',
  certificate: 'crt',
  'gateway key': 'gky',
  invitation: 'inv',
  channel: 'chn',
} as const;
export type IdKind = keyof typeof KINDS;

const LARGEST = 2_147_483_647;

/** Ids look like `tag_5k`: the kind keeps a caller from mixing them up, the tenant is never in them. */
export const toId = (kind: IdKind, key: number): string => `${KINDS[kind]}_${key.toString(36)}`;

/** Throws NOT_FOUND for anything that this api did not make, as for an id of someone else. */
export function fromId(kind: IdKind, id: string): number {
  const match = /^([a-z]{3})_([0-9a-z]{1,7})$/.exec(id);
  const key = match?.[1] === KINDS[kind] ? Number.parseInt(match[2] ?? '', 36) : Number.NaN;
  if (!(key > 0 && key <= LARGEST)) throw notFound(kind);
  return key;
}
