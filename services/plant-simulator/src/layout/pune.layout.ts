import { LineState } from '../lines/line-state.js';
import {
  liveOpcUaAddress,
  namespaceUriOf,
  opcUaAddress,
  type LineSetupLayout,
  type ModbusAddress,
  type PlantLayout,
  type StateMeaning,
  type TagLayout,
} from './plant-layout.js';

const SITE = 'pune';
const ROOT = `globex/${SITE}`;
const U16_MAX = 65_535;
const U32_MAX = 4_294_967_295;

/** Unit 10 is the flow meter behind the controller's serial line. */
export const AIR_METER_UNIT = 10;

export const PUNE_LINES = [
  { slug: 'line-1', folder: 'Line1', name: 'Blister packing line 1', unit: 1, goodMax: U16_MAX, rejectMax: U32_MAX },
  { slug: 'line-2', folder: 'Line2', name: 'Bottle filling line 2', unit: 2, goodMax: U32_MAX, rejectMax: U16_MAX },
] as const;
type Line = (typeof PUNE_LINES)[number];

/** First holding registers of each line's controller; 32-bit values take two, low word first. */
export const LINE_REGISTERS = { good: 100, reject: 102, energy: 104, material: 106 } as const;
export const AIR_FLOW_REGISTER = 0;

export const PUNE_STATES: readonly StateMeaning[] = [
  { code: LineState.Off, name: 'off', element: 'unknown' },
  { code: LineState.Running, name: 'running', element: 'running' },
  { code: LineState.Starved, name: 'starved', element: 'idle' },
  { code: LineState.Jam, name: 'jam', element: 'down' },
  { code: LineState.Breakdown, name: 'breakdown', element: 'down' },
  { code: LineState.Setup, name: 'setup', element: 'setup' },
  { code: LineState.PlannedStop, name: 'planned stop', element: 'planned-stop' },
  { code: LineState.Blocked, name: 'blocked', element: 'idle' },
  { code: LineState.ControllerRestart, name: 'controller restart', element: 'down' },
];

const linePath = (line: Line): string => `${ROOT}/packaging/${line.slug}`;

interface Live {
 readonly kind: TagLayout['kind']; readonly unit: string; readonly high: number; readonly counterMax?: number; readonly modbus?: ModbusAddress; readonly scanIntervalMs: number; readonly insightRole: string 
}

function tag(equipmentPath: string, folder: string, slug: string, browseName: string, name: string, live: Live): TagLayout {
  const browsePath = `${folder}/${browseName}`;
  return {
    path: `${equipmentPath}/${slug}`,
    equipmentPath,
    name,
    unit: live.unit,
    kind: live.kind,
    rangeLow: 0,
    rangeHigh: live.high,
    ...(live.counterMax === undefined ? {} : { counterMax: live.counterMax }),
    endpoint: live.modbus ? 'modbus' : 'opcua',
    address: live.modbus ?? liveOpcUaAddress(SITE, browsePath),
    scanIntervalMs: live.scanIntervalMs,
    historyEndpoint: 'opcua',
    historyAddress: opcUaAddress(SITE, browsePath),
    insightRole: live.insightRole,
  };
}

function counter(line: Line, register: number, max: number, scale?: number): Pick<Live, 'kind' | 'high' | 'counterMax' | 'modbus' | 'scanIntervalMs'> {
  const wide = max === U32_MAX;
  const modbus: ModbusAddress = { unit: line.unit, table: 'holding', register, type: wide ? 'uint32' : 'uint16', order: wide ? 'CDAB' : 'ABCD', ...(scale === undefined ? {} : { scale }) };
  const high = max * (scale ?? 1);
  return { kind: 'counter', high, counterMax: high, modbus, scanIntervalMs: 1_000 };
}

function tagsOf(line: Line): readonly TagLayout[] {
  const path = linePath(line);
  const folder = `Packaging/${line.folder}`;
  const live = { scanIntervalMs: 1_000 };
  return [
    tag(path, folder, 'state', 'State', `${line.name}: state`, { ...live, kind: 'discrete', unit: '', high: 8, insightRole: 'line-state' }),
    tag(path, folder, 'product', 'Product', `${line.name}: product code`, { ...live, kind: 'discrete', unit: '', high: 9_999, insightRole: 'line-product' }),
    tag(path, folder, 'speed', 'Speed', `${line.name}: speed`, { ...live, kind: 'analog', unit: 'pcs/min', high: 300, insightRole: 'line-speed' }),
    tag(path, folder, 'good-count', 'GoodCount', `${line.name}: good items`, { ...counter(line, LINE_REGISTERS.good, line.goodMax), unit: 'pcs', insightRole: 'line-good' }),
    tag(path, folder, 'reject-count', 'RejectCount', `${line.name}: rejected items`, { ...counter(line, LINE_REGISTERS.reject, line.rejectMax), unit: 'pcs', insightRole: 'line-reject' }),
    tag(path, folder, 'energy', 'Energy', `${line.name}: energy`, { ...counter(line, LINE_REGISTERS.energy, U32_MAX, 0.01), unit: 'kWh', insightRole: 'line-energy' }),
    tag(path, folder, 'material', 'Material', `${line.name}: material`, { ...counter(line, LINE_REGISTERS.material, U32_MAX, 0.001), unit: 'kg', insightRole: 'line-material' }),
  ];
}

const setup = (line: Line): LineSetupLayout => ({
  equipmentPath: linePath(line),
  stateTagPath: `${linePath(line)}/state`,
  goodTagPath: `${linePath(line)}/good-count`,
  rejectTagPath: `${linePath(line)}/reject-count`,
  productTagPath: `${linePath(line)}/product`,
  speedTagPath: `${linePath(line)}/speed`,
  energyTagPath: `${linePath(line)}/energy`,
  materialTagPath: `${linePath(line)}/material`,
  states: PUNE_STATES,
  targetYield: 0.975,
  targetOee: 0.75,
});

const line1 = linePath(PUNE_LINES[0]);
const line2 = linePath(PUNE_LINES[1]);

/** Two packaging lines and a compressed-air net of a pharmaceutical packer. */
export const puneLayout: PlantLayout = {
  tenant: { slug: 'globex', name: 'Globex Packaging', currency: 'INR', locale: 'en-IN' },
  site: { slug: SITE, name: 'Pune', timeZone: 'Asia/Kolkata' },
  namespaceUri: namespaceUriOf(SITE),
  endpoints: [
    { name: 'opcua', title: 'Packaging line SCADA', connector: 'opcua', backfillDays: 7 },
    { name: 'modbus', title: 'Line controllers and meters', connector: 'modbus', backfillDays: 7 },
  ],
  equipment: [
    { path: `${ROOT}/packaging`, level: 'area', slug: 'packaging', name: 'Packaging' },
    ...PUNE_LINES.map((line) => ({ path: linePath(line), parentPath: `${ROOT}/packaging`, level: 'line' as const, slug: line.slug, name: line.name })),
    { path: `${ROOT}/utilities`, level: 'area', slug: 'utilities', name: 'Utilities' },
    { path: `${ROOT}/utilities/compressed-air`, parentPath: `${ROOT}/utilities`, level: 'line', slug: 'compressed-air', name: 'Compressed-air net' },
  ],
  tags: [
    ...PUNE_LINES.flatMap(tagsOf),
    tag(`${ROOT}/utilities/compressed-air`, 'Utilities/CompressedAir', 'flow', 'Flow', 'Compressed-air net: flow', {
      kind: 'analog',
      unit: 'Nm³/h',
      high: 1_000,
      modbus: { unit: AIR_METER_UNIT, table: 'input', register: AIR_FLOW_REGISTER, type: 'float32', order: 'ABCD' },
      scanIntervalMs: 1_000,
      insightRole: 'air-flow',
    }),
  ],
  pipeRuns: [],
  lineSetups: PUNE_LINES.map(setup),
  products: [
    { code: 101, name: 'Paracetamol 500 mg, 2 × 10', unitValue: 24, rates: [{ equipmentPath: line1, secondsPerItem: 0.5 }] },
    { code: 102, name: 'Ibuprofen 400 mg, 1 × 20', unitValue: 38, rates: [{ equipmentPath: line1, secondsPerItem: 0.6 }] },
    { code: 201, name: 'Cough syrup 100 ml', unitValue: 92, rates: [{ equipmentPath: line2, secondsPerItem: 0.8 }] },
    { code: 202, name: 'Antacid suspension 200 ml', unitValue: 118, rates: [{ equipmentPath: line2, secondsPerItem: 1 }] },
  ],
  shiftPattern: {
    validFrom: '2020-01-01',
    shifts: [
      { name: 'A', start: '06:00', end: '14:00' },
      { name: 'B', start: '14:00', end: '22:00' },
      { name: 'C', start: '22:00', end: '06:00' },
    ],
    plannedStops: [
      { name: 'Handover A', start: '06:00', end: '06:10' },
      { name: 'Meal A', start: '10:00', end: '10:30' },
      { name: 'Handover B', start: '14:00', end: '14:10' },
      { name: 'Meal B', start: '18:00', end: '18:30' },
      { name: 'Handover C', start: '22:00', end: '22:10' },
      { name: 'Meal C', start: '02:00', end: '02:30' },
    ],
  },
};
