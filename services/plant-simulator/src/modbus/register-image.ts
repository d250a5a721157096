/** Exception codes (Modbus Application Protocol V1.1b3 §7). */
export const ModbusException = { illegalFunction: 1, illegalAddress: 2, illegalValue: 3, targetFailedToRespond: 0x0b } as const;

export type ModbusTable = 'coil' | 'discrete' | 'holding' | 'input';

/** What one unit (slave) behind the server holds. Undefined = the address does not exist. */
export interface ModbusUnit {
  /** 16-bit register or bit (0/1). */
  read(table: ModbusTable, address: number): number | undefined;
}

/** The registers of the plant by unit id. */
export type RegisterImage = ReadonlyMap<number, ModbusUnit>;

export const highWord = (value: number): number => Math.floor(value / 65_536) % 65_536;
export const lowWord = (value: number): number => value % 65_536;

/** Both words of a float32, high word first. */
export function float32Words(value: number): readonly [number, number] {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatBE(value);
  return [bytes.readUInt16BE(0), bytes.readUInt16BE(2)];
}
