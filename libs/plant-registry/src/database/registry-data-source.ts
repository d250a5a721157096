import { DataSource } from 'typeorm';
import { REGISTRY_ENTITIES } from './registry-entities.js';
import { RegistryNaming } from './registry-naming.js';

/** Entities of the registry over one connection pool; nobody but RegistryDatabase uses it in a service. */
export function registryDataSource(url: string, maxConnections: number): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    schema: 'registry',
    entities: REGISTRY_ENTITIES,
    namingStrategy: new RegistryNaming(),
    applicationName: 'telltale registry',
    poolSize: maxConnections,
    connectTimeoutMS: 10_000,
  });
}
