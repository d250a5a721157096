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
  readonly shares: readonly ScanShare[];
}

/** How many of a read's tags are wanted how often. */
export interface ScanShare {
  readonly scanIntervalMs: number;
  readonly tags: number;
}

/** What was learned about a device: addresses that it refuses, tables in which it refuses to read holes. */
export interface LearnedLimits {
  readonly refused: readonly { readonly unit: number; readonly table: ModbusTable; readonly from: number; readonly to: number }[];
  /** `unit/table`. */
  readonly noGaps: ReadonlySet<string>;
}

export const areaOf = ({ unit, table }: { readonly unit: number; readonly table: ModbusTable }): string => `${unit}/${table}`;

export const spanOf = (tag: ModbusTag): TagSpan => ({ tag, first: tag.address.register, count: isBitTable(tag.address.table) ? 1 : REGISTERS_OF[tag.address.type] });

function sharesOf(tags: readonly ModbusTag[]): readonly ScanShare[] {
  const counts = new Map<number, number>();
  for (const { scanIntervalMs } of tags) counts.set(scanIntervalMs, (counts.get(scanIntervalMs) ?? 0) + 1);
  return [...counts].map(([scanIntervalMs, count]) => ({ scanIntervalMs, tags: count }));
}

const readOf = (request: ReadRequest, tags: readonly ModbusTag[]): TagRead => ({ request, tags, shares: sharesOf(tags) });

export function aloneRead(tag: ModbusTag): TagRead {
  const { first, count } = spanOf(tag);
  return readOf({ unit: tag.address.unit, table: tag.address.table, first, count }, [tag]);
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
    return planReads(inArea.map(spanOf), limits).map(({ first, count, spans }) =>
      readOf({ unit, table, first, count }, spans.map(({ tag }) => tag)),
    );
  });
}
