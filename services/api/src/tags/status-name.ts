import { Status, type StatusCode } from '@telltale/tag-sample';

const NAMES = new Map<number, string>(Object.entries(Status).map(([name, code]) => [code, name]));
/** The low 16 bits are flags of one sample (overflow, limits), not part of its name (OPC UA Part 4 §7.39.1). */
const NAME_BITS = 0xffff_0000;

/** OPC UA name of a status, e.g. `BadNotConnected`; the hexadecimal code where the name is not in our list. */
export const statusName = (status: StatusCode): string =>
  NAMES.get((status & NAME_BITS) >>> 0) ?? `0x${status.toString(16).padStart(8, '0')}`;
