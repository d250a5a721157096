import { EquipmentModelError, parseTagPath } from '@telltale/equipment-model';
import type { AddressDocument } from './address-format.js';
import { isEmpty, readChoice, readNumber, readText, readTruth, readWhole, type Reading } from './cell-reading.js';
import { ProblemList, type ProblemCode } from './row-problem.js';
import { TAG_KINDS, type SiteIndex, type TagRecord } from './site-tags.js';
import { ADDRESS_PREFIX, HISTORY_PREFIX, type TagColumn } from './tag-columns.js';
import type { FileRow } from './tag-file.js';

const SCAN = { least: 50, most: 3_600_000, usual: 1_000 } as const;

/** A tag as the file wants it. */
export interface WantedTag {
  readonly line: number;
  readonly record: TagRecord;
}

/** Reads rows against what is there: a column that the file lacks leaves its value, an empty cell means the default. */
export class RowReader {
  private readonly seen = new Map<string, number>();

  constructor(
    private readonly index: SiteIndex,
    private readonly problems: ProblemList,
  ) {}

  /** Paths that the file names, right or wrong: none of them is missing. */
  get named(): ReadonlySet<string> {
    return new Set(this.seen.keys());
  }

  /** Undefined when the row has problems; all of them are told. */
  read(row: FileRow): WantedTag | undefined {
    const path = this.path(row);
    if (path === undefined) return undefined;
    const before = this.problems.count;
    const record = new OneRow(row, path, this.index, this.problems).record();
    return this.problems.count === before ? { line: row.line, record } : undefined;
  }

  private path(row: FileRow): string | undefined {
    const given = row.cell('path');
    const text = typeof given === 'string' ? given.trim() : '';
    const refuse = (code: ProblemCode, what: string, remedy: string): undefined => {
      this.problems.add({ code, line: row.line, column: 'path', tag: text === '' ? null : text.slice(0, 400), what, remedy });
    };
    if (text === '') return refuse('VALUE_MISSING', 'The row has no path', 'Give the full path of the tag.');
    const { pathPrefix } = this.index.site;
    try {
      parseTagPath(text);
    } catch (error) {
      if (!(error instanceof EquipmentModelError)) throw error;
      return refuse('PATH_INVALID', 'This is no path of a tag', `Write ${pathPrefix}area/line/cell/tag: each step of a-z, 0-9 and single hyphens, none to three levels of equipment.`);
    }
    if (!text.startsWith(pathPrefix)) return refuse('PATH_ELSEWHERE', 'The path belongs to another plant', `Begin it with ${pathPrefix}, or import it into the other plant.`);
    const twin = this.seen.get(text);
    if (twin !== undefined) return refuse('PATH_TWICE', `Line ${twin} names this tag already`, 'Keep one of the two rows.');
    this.seen.set(text, row.line);
    return text;
  }
}

/** A name as text, whatever JSON put there. */
const plain = (cell: unknown): string => (typeof cell === 'string' ? cell.trim() : JSON.stringify(cell));

/** One row while it is read. */
class OneRow {
  private readonly present: TagRecord | undefined;

  constructor(
    private readonly row: FileRow,
    private readonly path: string,
    private readonly index: SiteIndex,
    private readonly problems: ProblemList,
  ) {
    this.present = index.tags.get(path);
  }

  record(): TagRecord {
    const { row, path, present } = this;
    const kind = this.value('kind', (cell) => readChoice(cell, TAG_KINDS), present?.kind, 'analog');
    const endpointId = this.endpoint('endpoint', 'gateway', present?.endpointId ?? null);
    const historyEndpointId = this.endpoint('history_endpoint', 'history_gateway', present?.historyEndpointId ?? null);
    const record: TagRecord = {
      path,
      name: this.value('name', (cell) => readText(cell, 200), present?.name, path.slice(path.lastIndexOf('/') + 1)),
      unit: this.value('unit', (cell) => readText(cell, 40), present?.unit, ''),
      kind,
      rangeLow: this.number('range_low', present?.rangeLow),
      rangeHigh: this.number('range_high', present?.rangeHigh),
      counterMax: this.number('counter_max', present?.counterMax),
      equipmentId: this.equipment(),
      endpointId,
      address: this.address(ADDRESS_PREFIX, endpointId, present?.address ?? null),
      scanIntervalMs: this.value('scan_interval_ms', (cell) => readWhole(cell, row.decimalComma, SCAN.least, SCAN.most), present?.scanIntervalMs, SCAN.usual),
      deadband: this.deadband(),
      historyEndpointId,
      historyAddress: this.address(HISTORY_PREFIX, historyEndpointId, present?.historyAddress ?? null),
      insightRole: this.value('insight_role', (cell) => readText(cell, 60), present?.insightRole, null),
      retired: this.value('retired', readTruth, false, false),
    };
    this.agree(record);
    return record;
  }

  /** What the fields say together. */
  private agree(record: TagRecord): void {
    const { rangeLow, rangeHigh, counterMax, kind, retired } = record;
    if (rangeLow !== null && rangeHigh !== null && rangeLow >= rangeHigh) this.refuse('VALUE_INVALID', 'range_high', `The range reaches from ${rangeLow} to ${rangeHigh}`, 'Let range_high be above range_low.');
    if (counterMax !== null && (kind !== 'counter' || counterMax <= 0)) this.refuse('VALUE_INVALID', 'counter_max', 'Only a counter rolls over, at a value above 0', 'Leave it empty, or set kind to counter.');
    if (!retired) return;
    if (this.present === undefined) this.refuse('TAG_UNKNOWN', 'retired', 'There is no such tag that could be retired', 'Correct the path or remove the row.');
    const user = this.index.site.usedBy.get(this.path);
    if (user !== undefined) this.refuse('TAG_IN_USE', 'retired', `The tag is needed by ${user}`, `Take it out of ${user} first.`);
  }

  private value<T>(column: TagColumn, read: (cell: unknown) => Reading<T>, present: T | undefined, fallback: T): T {
    const cell = this.row.cell(column);
    if (cell === undefined) return present === undefined ? fallback : present;
    if (isEmpty(cell)) return fallback;
    const reading = read(cell);
    if (reading.ok) return reading.value;
    this.refuse('VALUE_INVALID', column, reading.what, reading.remedy);
    return fallback;
  }

  private number(column: TagColumn, present: number | null | undefined): number | null {
    return this.value<number | null>(column, (cell) => readNumber(cell, this.row.decimalComma), present, null);
  }

  private equipment(): number | null {
    const cell = this.row.cell('equipment');
    if (cell === undefined) return this.present ? this.present.equipmentId : (this.index.equipmentIds.get(parseTagPath(this.path).equipment.join('/')) ?? null);
    if (isEmpty(cell)) return null;
    const path = plain(cell);
    const found = this.index.equipmentIds.get(path);
    if (found === undefined) this.refuse('EQUIPMENT_UNKNOWN', 'equipment', `The plant has no equipment "${path.slice(0, 200)}"`, 'Give its path below the plant, e.g. packaging/line-1, or leave it empty.');
    return found ?? null;
  }

  private endpoint(column: 'endpoint' | 'history_endpoint', gatewayColumn: 'gateway' | 'history_gateway', present: number | null): number | null {
    const cell = this.row.cell(column);
    if (cell === undefined) return present;
    if (isEmpty(cell)) return null;
    const name = plain(cell);
    const gateway = isEmpty(this.row.cell(gatewayColumn)) ? null : plain(this.row.cell(gatewayColumn));
    const found = this.index.endpointsNamed(name, gateway);
    const of = gateway === null ? '' : ` of gateway "${gateway.slice(0, 200)}"`;
    if (found.length === 0) {
      const known = this.index.site.endpoints.slice(0, 8).map((endpoint) => endpoint.name).join(', ');
      this.refuse('ENDPOINT_UNKNOWN', column, `There is no connection "${name.slice(0, 200)}"${of}`, known === '' ? 'Add the connection first.' : `This plant has ${known}.`);
    }
    if (found.length > 1) this.refuse('ENDPOINT_AMBIGUOUS', column, `Several gateways have a connection "${name}"`, `Name the gateway in the column ${gatewayColumn}.`);
    return found.length === 1 ? (found[0]?.endpointId ?? null) : null;
  }

  private address(prefix: typeof ADDRESS_PREFIX | typeof HISTORY_PREFIX, endpointId: number | null, present: AddressDocument | null): AddressDocument | null {
    const given = this.row.group(prefix);
    const endpointColumn = prefix === ADDRESS_PREFIX ? 'endpoint' : 'history_endpoint';
    if (endpointId === null) {
      // A connection that could not be found is told already.
      if (given && isEmpty(this.row.cell(endpointColumn))) this.refuse('ADDRESS_WITHOUT_ENDPOINT', endpointColumn, 'The tag has an address and no connection', `Name the connection in the column ${endpointColumn}.`);
      return null;
    }
    const group = given === undefined ? (present === null ? null : { kind: 'value' as const, value: present }) : given;
    const connector = this.index.endpoints.get(endpointId)?.connector ?? '';
    const format = this.index.formatOf(endpointId);
    if (format === undefined) this.refuse('CONNECTOR_UNKNOWN', endpointColumn, `Nobody here knows the addresses of the connector ${connector}`, 'Install the connector on the platform as well as on the gateway.');
    else if (group === null) this.refuse('ADDRESS_MISSING', prefix.slice(0, -1), 'The tag has a connection and no address', `Fill in ${format.fields.slice(0, 4).map((field) => `${prefix}${field}`).join(', ')} as needed.`);
    else {
      const reading = format.read(group, this.row.decimalComma);
      if (reading.ok) return reading.address;
      for (const { field, what, remedy } of reading.issues) this.refuse('ADDRESS_INVALID', field === '' ? prefix.slice(0, -1) : `${prefix}${field}`, what, remedy);
    }
    return null;
  }

  private deadband(): TagRecord['deadband'] {
    const [kind, value] = [this.row.cell('deadband.kind'), this.row.cell('deadband.value')];
    if (kind === undefined && value === undefined) return this.present?.deadband ?? null;
    if (isEmpty(kind) && isEmpty(value)) return null;
    const readKind = readChoice(isEmpty(kind) ? 'absolute' : kind, ['absolute', 'percent'] as const);
    const readValue = readNumber(value, this.row.decimalComma);
    if (!readKind.ok) this.refuse('VALUE_INVALID', 'deadband.kind', readKind.what, readKind.remedy);
    if (!readValue.ok) this.refuse('VALUE_INVALID', 'deadband.value', isEmpty(value) ? 'The deadband has no value' : readValue.what, readValue.remedy);
    else if (readValue.value <= 0 || (readKind.ok && readKind.value === 'percent' && readValue.value > 100)) this.refuse('VALUE_INVALID', 'deadband.value', `${readValue.value} can't be a deadband`, 'Give a value above 0, and at most 100 per cent.');
    return readKind.ok && readValue.ok ? { kind: readKind.value, value: readValue.value } : null;
  }

  private refuse(code: ProblemCode, column: string, what: string, remedy: string): void {
    this.problems.add({ code, line: this.row.line, column, tag: this.path, what, remedy });
  }
}
