import { z } from 'zod';
import { AddressFormat, type SiteTags, type TagRecord } from '../index.js';

// Two connectors that exist nowhere: the import knows none by name.
export const FORMATS = new Map([
  ['wire', new AddressFormat('wire', z.strictObject({ channel: z.int().min(0).max(99), gain: z.number().default(1), label: z.string().min(2).optional(), window: z.strictObject({ from: z.number(), to: z.number() }).optional() }))],
  ['radio', new AddressFormat('radio', z.strictObject({ topic: z.string().min(1), retained: z.boolean().optional(), parts: z.array(z.number()).optional() }))],
]);

export const tagRecord = (given: Partial<TagRecord> & { readonly path: string }): TagRecord => ({
  name: 'Tag', unit: '°C', kind: 'analog', rangeLow: null, rangeHigh: null, counterMax: null, equipmentId: null, endpointId: 1, address: { channel: 1 },
  scanIntervalMs: 1000, deadband: null, historyEndpointId: null, historyAddress: null, insightRole: null, retired: false, ...given,
});

export const smallSite = (tags: readonly TagRecord[] = [], given: Partial<SiteTags> = {}): SiteTags => ({
  siteId: 7,
  pathPrefix: 'acme/plant/',
  tags,
  endpoints: [
    { endpointId: 1, gateway: 'north', name: 'plc', connector: 'wire' },
    { endpointId: 2, gateway: 'south', name: 'air', connector: 'radio' },
    { endpointId: 3, gateway: 'north', name: 'twin', connector: 'wire' },
    { endpointId: 4, gateway: 'south', name: 'twin', connector: 'wire' },
    { endpointId: 5, gateway: 'south', name: 'odd', connector: 'unheard-of' },
  ],
  equipment: [{ equipmentId: 20, path: 'packaging' }, { equipmentId: 21, path: 'packaging/line-1' }],
  usedBy: new Map(),
  formats: FORMATS,
  ...given,
});
