import type { ShiftPattern } from '@telltale/plant-calendar';

/** OPC UA address of a tag: namespace by URI, never by index. */
export interface OpcUaAddress {
  readonly nodeId: string;
  /** 0: every change, with the plant's own time. */
  readonly samplingIntervalMs?: number;
}

/** Modbus address of a tag, as connectors/modbus reads it. */
export interface ModbusAddress {
  readonly unit: number;
  readonly table: 'holding' | 'input' | 'coil' | 'discrete';
  readonly register: number;
  readonly type: 'uint16' | 'uint32' | 'float32';
  readonly order: 'ABCD' | 'DCBA' | 'BADC' | 'CDAB';
  readonly scale?: number;
}

export interface EquipmentLayout {
  /** `tenant/site/area/line`; parents come first. */
  readonly path: string;
  readonly parentPath?: string;
  readonly level: 'area' | 'line' | 'cell';
  readonly slug: string;
  readonly name: string;
}

export interface TagLayout {
  readonly path: string;
  readonly equipmentPath: string;
  readonly name: string;
  readonly unit: string;
  readonly kind: 'analog' | 'discrete' | 'counter';
  readonly rangeLow: number;
  readonly rangeHigh: number;
  /** Greatest value before the counter begins at 0 again. */
  readonly counterMax?: number;
  readonly endpoint: EndpointName;
  readonly address: OpcUaAddress | ModbusAddress;
  readonly scanIntervalMs: number;
  readonly historyEndpoint: EndpointName;
  readonly historyAddress: OpcUaAddress;
  readonly insightRole?: string;
}

export type EndpointName = 'opcua' | 'modbus';

export interface EndpointLayout {
  readonly name: EndpointName;
  readonly title: string;
  readonly connector: 'opcua' | 'modbus';
  /** Days of history to read on first contact, from where each tag keeps it. */
  readonly backfillDays: number;
}

export interface PipeRunLayout {
  readonly slug: string;
  readonly name: string;
  readonly equipmentPath: string;
  readonly lengthM: number;
  readonly medium: string;
  readonly pressureTagPath: string;
  readonly pipeTemperatureTagPath: string;
  readonly sensors: readonly { readonly tagPath: string; readonly positionM: number }[];
  /** In the tenant's currency. */
  readonly steamCostPerTonne: number;
  readonly co2KgPerTonne: number;
  readonly energyKwhPerTonne: number;
}

/** Time element of a state code; OPC 40001-1 Annex C.2 words. */
export interface StateMeaning {
  readonly code: number;
  readonly name: string;
  readonly element: 'running' | 'idle' | 'down' | 'setup' | 'planned-stop' | 'unknown';
}

export interface LineSetupLayout {
  readonly equipmentPath: string;
  readonly stateTagPath: string;
  readonly goodTagPath: string;
  readonly rejectTagPath: string;
  readonly productTagPath: string;
  readonly speedTagPath: string;
  readonly energyTagPath: string;
  readonly materialTagPath: string;
  readonly states: readonly StateMeaning[];
  readonly targetYield: number;
  readonly targetOee: number;
}

export interface ProductLayout {
  readonly code: number;
  readonly name: string;
  /** In the tenant's currency. */
  readonly unitValue: number;
  readonly rates: readonly { readonly equipmentPath: string; readonly secondsPerItem: number }[];
}

/** What standalone seeds the registry with: a pure description, no secret and no port in it. */
export interface PlantLayout {
  readonly tenant: { readonly slug: string; readonly name: string; readonly currency: string; readonly locale: string };
  readonly site: { readonly slug: string; readonly name: string; readonly timeZone: string };
  readonly namespaceUri: string;
  readonly endpoints: readonly EndpointLayout[];
  readonly equipment: readonly EquipmentLayout[];
  readonly tags: readonly TagLayout[];
  readonly pipeRuns: readonly PipeRunLayout[];
  readonly lineSetups: readonly LineSetupLayout[];
  readonly products: readonly ProductLayout[];
  readonly shiftPattern: ShiftPattern;
}

export const SITES = ['ludwigshafen', 'pune'] as const;
export type SiteSlug = (typeof SITES)[number];

export const namespaceUriOf = (site: SiteSlug): string => `urn:telltale:plant-simulator:${site}`;

/** Browse path below Objects = the node's string identifier: `Steam/NorthRack/AirTemperature-001`. */
export const opcUaAddress = (site: SiteSlug, browsePath: string): OpcUaAddress => ({ nodeId: `nsu=${namespaceUriOf(site)};s=${browsePath}` });

/** The address of a live tag: the server pushes every change. */
export const liveOpcUaAddress = (site: SiteSlug, browsePath: string): OpcUaAddress => ({ ...opcUaAddress(site, browsePath), samplingIntervalMs: 0 });
