import type { ProductionLine } from '@telltale/plant-registry';
import { toId } from '../graphql/opaque-id.js';
import type { Line } from './line.type.js';

export const lineOf = ({ equipment, setup }: ProductionLine): Line => ({
  id: toId('equipment', equipment.equipmentId),
  siteId: toId('site', equipment.siteId),
  name: equipment.name,
  path: equipment.path,
  targetYield: setup.targetYield,
  targetOee: setup.targetOee,
});
