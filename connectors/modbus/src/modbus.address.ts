import { z } from 'zod';

export const MODBUS_TABLES = ['coil', 'discrete', 'holding', 'input'] as const;
export type ModbusTable = (typeof MODBUS_TABLES)[number];

export const REGISTER_TYPES = ['bit', 'int16', 'uint16', 'int32', 'uint32', 'int64', 'uint64', 'float32', 'float64', 'bcd16', 'bcd32'] as const;
export type RegisterType = (typeof REGISTER_TYPES)[number];

/** Order of the bytes on the wire of a value whose bytes are A (highest), B, C, D. */
export const BYTE_ORDERS = ['ABCD', 'DCBA', 'BADC', 'CDAB'] as const;
export type ByteOrder = (typeof BYTE_ORDERS)[number];

/** 16-bit registers that a value takes. */
export const REGISTERS_OF: Readonly<Record<RegisterType, number>> = {
  bit: 1,
  int16: 1,
  uint16: 1,
  bcd16: 1,
  int32: 2,
  uint32: 2,
  float32: 2,
  bcd32: 2,
  int64: 4,
  uint64: 4,
  float64: 4,
};

export const isBitTable = (table: ModbusTable): boolean => table === 'coil' || table === 'discrete';

export const modbusAddressSchema = z
  .strictObject({
    unit: z.int().min(0).max(255).default(1).describe('Unit (slave) behind the line.'),
    table: z.enum(MODBUS_TABLES).describe('`coil` (function 1), `discrete` (2), `holding` (3) or `input` (4).'),
    register: z.int().min(0).max(65_535).describe('Address as on the wire, from 0: 40001 of a manual is `holding` 0.'),
    type: z.enum(REGISTER_TYPES).optional().describe('Default: `bit` for coils and discrete inputs, `uint16` for registers. Text is no value.'),
    order: z.enum(BYTE_ORDERS).default('ABCD').describe('Byte order: `ABCD` big endian, `CDAB` low word first, `BADC` bytes swapped in each word, `DCBA` little endian.'),
    bit: z.int().min(0).max(15).optional().describe('Bit of a register, 0 = lowest; only with type `bit`.'),
    scale: z.number().refine((scale) => scale !== 0, 'must not be 0').default(1).describe('value = raw × scale + offset.'),
    offset: z.number().default(0).describe('value = raw × scale + offset.'),
  })
  .transform((address) => ({ ...address, type: address.type ?? (isBitTable(address.table) ? ('bit' as const) : ('uint16' as const)) }))
  .refine(({ table, type }) => !isBitTable(table) || type === 'bit', { path: ['type'], message: 'must be bit in a coil or discrete table' })
  .refine(({ table, type, bit }) => (bit !== undefined) === (type === 'bit' && !isBitTable(table)), {
    path: ['bit'],
    message: 'is needed exactly for type bit of a register',
  })
  .refine(({ register, type }) => register + REGISTERS_OF[type] <= 65_536, { path: ['register'], message: 'reaches beyond 65535' });

export type ModbusAddress = z.infer<typeof modbusAddressSchema>;

export default modbusAddressSchema;
