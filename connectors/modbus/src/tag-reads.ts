import type { ConnectorTag } from '@telltale/connector-sdk';
import { isBitTable, REGISTERS_OF, type ModbusAddress, type ModbusTable } from './modbus.address.js';
import type { ModbusSettings } from './modbus.settings.js';
import { planReads, type ReadLimits, type Span } from './read-plan.js';
import type { ReadRequest } from './wire/read-request.js';

export type ModbusTag = ConnectorTag<ModbusAddress>;

export interface TagSpan extends Span {
  readonly tag: ModbusTag;
}

/** One request and the tags it answers. */
export interface TagRead {
  readonly request: ReadRequest;
  readonly tags: readonly ModbusTag[];
}

/** What was learned about a device: addresses that it refuses, tables in which it refuses to read holes. */
export interface LearnedLimits {
  readonly refused: readonly { readonly unit: number; readonly table: ModbusTable; readonly from: number; readonly to: number }[];
  /** `unit/table`. */
  readonly noGaps: ReadonlySet<string>;
}

export const areaOf = ({ unit, table }: { readonly unit: number; readonly table: ModbusTable }): string => `${unit}/${table}`;

export const spanOf = (tag: ModbusTag): TagSpan => ({ tag, first: tag.address.register, count: isBitTable(tag.address.table) ? 1 : REGISTERS_OF[tag.address.type] });

export function aloneRead(tag: ModbusTag): TagRead {
  const { first, count } = spanOf(tag);
  return { request: { unit: tag.address.unit, table: tag.address.table, first, count }, tags: [tag] };
}

/** The fewest requests that read the tags, unit by unit. */
export function planTagReads(tags: readonly ModbusTag[], settings: ModbusSettings, learned: LearnedLimits): readonly TagRead[] {
  const areas = Map.groupBy(tags, (tag) => areaOf(tag.address));
  return [...areas.values()].flatMap((inArea) => {
    const address = inArea[0]?.address;
    if (!address) return [];
    const { unit, table } = address;
    const bits = isBitTable(table);
    const gap = bits ? settings.maxGapBits : settings.maxGapRegisters;
    const limits: ReadLimits = {
      maxCount: bits ? settings.maxBitsPerRequest : settings.maxRegistersPerRequest,
      maxGap: learned.noGaps.has(areaOf(address)) ? 0 : gap,
      illegal: [
        ...settings.illegalRanges.filter((range) => range.table === table && (range.unit === undefined || range.unit === unit)),
        ...learned.refused.filter((range) => range.unit === unit && range.table === table),
      ],
    };
    return planReads(inArea.map(spanOf), limits).map(({ first, count, spans }) => ({ request: { unit, table, first, count }, tags: spans.map(({ tag }) => tag) }));
  });
}
