import * as entities from '../entities/index.js';

/** Every entity of the registry. */
export const REGISTRY_ENTITIES = Object.values(entities).filter((member) => typeof member === 'function');
