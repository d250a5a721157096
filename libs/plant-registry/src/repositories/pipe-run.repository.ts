import { In } from 'typeorm';
import type { TenantContext } from '@telltale/tenancy';
import type { RegistryDatabase } from '../database/registry-database.js';
import { InsightCheckpoint, PipeRun, PipeSensor } from '../entities/index.js';

/** Pipes with sensors along them. */
export class PipeRunRepository {
  constructor(private readonly registry: RegistryDatabase) {}

  /** Of all sites, by id. */
  list(tenant: TenantContext): Promise<PipeRun[]> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, (manager) =>
      manager.find(PipeRun, { where: { tenantId }, order: { pipeRunId: 'ASC' } }),
    );
  }

  /** By name. */
  ofSite(tenant: TenantContext, siteId: number): Promise<PipeRun[]> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, (manager) =>
      manager.find(PipeRun, { where: { tenantId, siteId }, order: { name: 'ASC' } }),
    );
  }

  byId(tenant: TenantContext, pipeRunId: number): Promise<PipeRun | null> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, (manager) => manager.findOneBy(PipeRun, { tenantId, pipeRunId }));
  }

  byIds(tenant: TenantContext, pipeRunIds: readonly number[]): Promise<PipeRun[]> {
    const { tenantId } = tenant;
    if (pipeRunIds.length === 0) return Promise.resolve([]);
    return this.registry.inTenant(tenant, (manager) =>
      manager.findBy(PipeRun, { tenantId, pipeRunId: In([...pipeRunIds]) }),
    );
  }

  /** Sensors of the runs, each run's by position. */
  sensors(tenant: TenantContext, pipeRunIds: readonly number[]): Promise<PipeSensor[]> {
    const { tenantId } = tenant;
    if (pipeRunIds.length === 0) return Promise.resolve([]);
    return this.registry.inTenant(tenant, (manager) =>
      manager.find(PipeSensor, {
        where: { tenantId, pipeRunId: In([...pipeRunIds]) },
        order: { pipeRunId: 'ASC', positionM: 'ASC' },
      }),
    );
  }

  /** What an insight knows about the run; `null` before its first look. */
  checkpoint(tenant: TenantContext, insight: string, pipeRunId: number): Promise<InsightCheckpoint | null> {
    const { tenantId } = tenant;
    return this.registry.inTenant(tenant, (manager) =>
      manager.findOneBy(InsightCheckpoint, { tenantId, insight, subjectId: pipeRunId }),
    );
  }
}
