import { isBitTable, type ModbusTable } from '../modbus.address.js';

/** A read of [first, first + count) of one table of one unit. There is no other kind of request in this connector. */
export interface ReadRequest {
  readonly unit: number;
  readonly table: ModbusTable;
  readonly first: number;
  readonly count: number;
}

/** Read functions (Modbus Application Protocol V1.1b3 §6.1–6.4). */
export const FUNCTION_OF: Readonly<Record<ModbusTable, 1 | 2 | 3 | 4>> = { coil: 1, discrete: 2, holding: 3, input: 4 };

export const REQUEST_PDU_BYTES = 5;

export function writeRequestPdu({ table, first, count }: ReadRequest, frame: Buffer, at: number): void {
  frame[at] = FUNCTION_OF[table];
  frame.writeUInt16BE(first, at + 1);
  frame.writeUInt16BE(count, at + 3);
}

/** Data bytes that the right answer carries. */
export const dataBytes = ({ table, count }: ReadRequest): number => (isBitTable(table) ? Math.ceil(count / 8) : count * 2);

export type PduAnswer =
  | { readonly kind: 'data'; readonly data: Buffer }
  | { readonly kind: 'exception'; readonly exceptionCode: number }
  | { readonly kind: 'broken'; readonly reason: string };

/** Checks function, byte count and length of an answer: nothing that doubts is data. */
export function readAnswer(request: ReadRequest, pdu: Buffer): PduAnswer {
  const functionCode = FUNCTION_OF[request.table];
  if (pdu[0] === (functionCode | 0x80)) {
    return pdu.length === 2 ? { kind: 'exception', exceptionCode: pdu[1] ?? 0 } : { kind: 'broken', reason: `exception of ${pdu.length} bytes` };
  }
  if (pdu[0] !== functionCode) return { kind: 'broken', reason: `function ${pdu[0]} instead of ${functionCode}` };
  const expected = dataBytes(request);
  if (pdu[1] !== expected) return { kind: 'broken', reason: `byte count ${pdu[1]} instead of ${expected}` };
  if (pdu.length !== expected + 2) return { kind: 'broken', reason: `${pdu.length - 2} data bytes instead of ${expected}` };
  return { kind: 'data', data: pdu.subarray(2) };
}
