import { isBitTable } from '../modbus.address.js';
import type { ModbusSettings } from '../modbus.settings.js';
import type { ReadRequest } from './read-request.js';
import { rtuAnswerBytes } from './rtu-framing.js';

type Bounds = Pick<ModbusSettings, 'illegalRanges' | 'maxBitsPerRequest' | 'maxRegistersPerRequest'>;

/**
 * A read beside `request` whose answer has a length that no answer in `taken` has: on serial frames, which carry no number, only the length tells
 * a late answer from the right one. A shorter read of the same addresses if there is one. Undefined when none is legal.
 */
export function distinctRead(request: ReadRequest, taken: ReadonlySet<number>, bounds: Bounds): ReadRequest | undefined {
  const { unit, table, first } = request;
  const step = isBitTable(table) ? 8 : 1;
  const most = isBitTable(table) ? bounds.maxBitsPerRequest : bounds.maxRegistersPerRequest;
  const isLegal = (count: number): boolean =>
    count >= 1 &&
    count <= most &&
    first + count <= 65_536 &&
    (count < request.count || !bounds.illegalRanges.some((range) => range.table === table && (range.unit ?? unit) === unit && range.from < first + count && range.to >= first + request.count));
  const fits = (count: number): boolean => isLegal(count) && !taken.has(rtuAnswerBytes({ ...request, count }));
  for (let count = request.count - step; count >= 1; count -= step) if (fits(count)) return { ...request, count };
  for (let count = request.count + step; count <= most; count += step) if (fits(count)) return { ...request, count };
  return undefined;
}
