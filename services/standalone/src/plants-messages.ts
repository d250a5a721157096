import type { LeakRequest, PlantLayout } from '@telltale/plant-simulator';
import type { PlantConnections } from './seed-plant.js';

/** One simulated plant, as the rest of the box sees it. */
export interface SimulatedPlant {
  readonly layout: PlantLayout;
  readonly connections: PlantConnections;
  /** Scripted since its folder was made. */
  readonly leaks: number;
}

export type FromPlants =
  | { readonly kind: 'running'; readonly speed: number; readonly plants: readonly SimulatedPlant[] }
  | { readonly kind: 'failed'; readonly code: string; readonly sentence: string; readonly remedy: string }
  | { readonly kind: 'closed' };

export type ToPlants = { readonly kind: 'leak'; readonly request: LeakRequest } | { readonly kind: 'close' };
