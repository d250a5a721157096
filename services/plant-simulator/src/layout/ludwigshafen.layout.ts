import { liveOpcUaAddress, namespaceUriOf, opcUaAddress, type PipeRunLayout, type PlantLayout, type TagLayout } from './plant-layout.js';

const SITE = 'ludwigshafen';
const ROOT = `acme/${SITE}`;
const SENSOR_SPACING_M = 1.5;

const RUNS = [
  { slug: 'north-rack', folder: 'NorthRack', name: 'North pipe rack, 10 bar main', sensors: 120 },
  { slug: 'cracker-bridge', folder: 'CrackerBridge', name: 'Pipe bridge to the steam cracker', sensors: 112 },
  { slug: 'tank-farm', folder: 'TankFarm', name: 'Tank farm header', sensors: 104 },
] as const;

type Run = (typeof RUNS)[number];

const equipmentPath = (run: Run): string => `${ROOT}/steam/${run.slug}`;

function tag(run: Run, slug: string, browseName: string, name: string, unit: string, low: number, high: number, insightRole: string): TagLayout {
  const browsePath = `Steam/${run.folder}/${browseName}`;
  return {
    path: `${equipmentPath(run)}/${slug}`,
    equipmentPath: equipmentPath(run),
    name: `${run.name}: ${name}`,
    unit,
    kind: 'analog',
    rangeLow: low,
    rangeHigh: high,
    endpoint: 'opcua',
    address: liveOpcUaAddress(SITE, browsePath),
    scanIntervalMs: 5_000,
    historyEndpoint: 'opcua',
    historyAddress: opcUaAddress(SITE, browsePath),
    insightRole,
  };
}

const sensorNumber = (i: number): string => String(i + 1).padStart(3, '0');

function tagsOf(run: Run): readonly TagLayout[] {
  const air = Array.from({ length: run.sensors }, (_, i) =>
    tag(run, `air-temperature-${sensorNumber(i)}`, `AirTemperature-${sensorNumber(i)}`, `air temperature ${sensorNumber(i)} at ${i * SENSOR_SPACING_M} m`, '°C', -40, 150, 'air-temperature'),
  );
  return [
    tag(run, 'steam-pressure', 'SteamPressure', 'steam pressure (absolute)', 'bar', 0, 16, 'steam-pressure'),
    tag(run, 'pipe-temperature', 'PipeTemperature', 'pipe temperature', '°C', 0, 250, 'pipe-temperature'),
    ...air,
  ];
}

const pipeRun = (run: Run): PipeRunLayout => ({
  slug: run.slug,
  name: run.name,
  equipmentPath: equipmentPath(run),
  lengthM: (run.sensors - 1) * SENSOR_SPACING_M,
  medium: 'saturated steam',
  pressureTagPath: `${equipmentPath(run)}/steam-pressure`,
  pipeTemperatureTagPath: `${equipmentPath(run)}/pipe-temperature`,
  sensors: Array.from({ length: run.sensors }, (_, i) => ({ tagPath: `${equipmentPath(run)}/air-temperature-${sensorNumber(i)}`, positionM: i * SENSOR_SPACING_M })),
  steamCostPerTonne: 46,
  co2KgPerTonne: 168,
  energyKwhPerTonne: 760,
});

/** The steam network of a chemical works: three pipe runs, 336 air-temperature sensors. */
export const ludwigshafenLayout: PlantLayout = {
  tenant: { slug: 'acme', name: 'Acme Chemicals', currency: 'EUR', locale: 'de-DE' },
  site: { slug: SITE, name: 'Ludwigshafen', timeZone: 'Europe/Berlin' },
  namespaceUri: namespaceUriOf(SITE),
  endpoints: [{ name: 'opcua', title: 'Steam network control system', connector: 'opcua', backfillDays: 3 }],
  equipment: [
    { path: `${ROOT}/steam`, level: 'area', slug: 'steam', name: 'Steam network' },
    ...RUNS.map((run) => ({ path: equipmentPath(run), parentPath: `${ROOT}/steam`, level: 'line' as const, slug: run.slug, name: run.name })),
  ],
  tags: RUNS.flatMap(tagsOf),
  pipeRuns: RUNS.map(pipeRun),
  lineSetups: [],
  products: [],
  shiftPattern: {
    validFrom: '2020-01-01',
    shifts: [
      { name: 'Early', start: '06:00', end: '14:00' },
      { name: 'Late', start: '14:00', end: '22:00' },
      { name: 'Night', start: '22:00', end: '06:00' },
    ],
    plannedStops: [],
  },
};
