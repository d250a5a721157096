import { ModbusException, type ModbusTable, type RegisterImage } from './register-image.js';

const TABLES: Readonly<Record<number, ModbusTable>> = { 1: 'coil', 2: 'discrete', 3: 'holding', 4: 'input' };
const MAX_REGISTERS = 125;
const MAX_BITS = 2_000;

const exception = (functionCode: number, code: number): Buffer => Buffer.from([functionCode | 0x80, code]);

/** Answers one PDU: functions 1 to 4, everything else is an illegal function. A plant is only read. */
export function answer(image: RegisterImage, unitId: number, request: Buffer): Buffer {
  const functionCode = request[0] ?? 0;
  const table = TABLES[functionCode];
  if (table === undefined) return exception(functionCode, ModbusException.illegalFunction);
  const unit = image.get(unitId);
  if (unit === undefined) return exception(functionCode, ModbusException.targetFailedToRespond);
  const bits = table === 'coil' || table === 'discrete';
  if (request.length !== 5) return exception(functionCode, ModbusException.illegalValue);
  const first = request.readUInt16BE(1);
  const count = request.readUInt16BE(3);
  if (count < 1 || count > (bits ? MAX_BITS : MAX_REGISTERS)) return exception(functionCode, ModbusException.illegalValue);
  const bytes = bits ? Math.ceil(count / 8) : count * 2;
  const response = Buffer.alloc(2 + bytes);
  response[0] = functionCode;
  response[1] = bytes;
  for (let i = 0; i < count; i++) {
    const value = unit.read(table, first + i);
    if (value === undefined) return exception(functionCode, ModbusException.illegalAddress);
    if (bits) response[2 + (i >> 3)] = (response[2 + (i >> 3)] ?? 0) | ((value & 1) << (i & 7));
    else response.writeUInt16BE(value, 2 + 2 * i);
  }
  return response;
}
