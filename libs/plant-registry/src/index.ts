import 'reflect-metadata';
export * from './entities/index.js';
export * from './database/change-listener.js';
export * from './database/database-roles.js';
export * from './database/prepare-database.js';
export * from './database/registry-database.js';
export type { EntityManager as RegistryManager } from 'typeorm';
