import { In } from 'typeorm';
import type { TenantContext } from '@telltale/tenancy';
import type { RegistryDatabase } from '../database/registry-database.js';
import { InsightCheckpoint, PipeRun, PipeSensor } from '../entities/index.js';

/** Pipes and the sensors along them. */
export class PipeRunRepository {
  constructor(private readonly database: RegistryDatabase) {}

  /** By name. */
  ofSite({ tenantId }: TenantContext, siteId: number): Promise<PipeRun[]> {
    return this.database.inTenant({ tenantId }, (manager) =>
      manager.find(PipeRun, { where: { tenantId, siteId }, order: { name: 'ASC' } }),
    );
  }

  byIds({ tenantId }: TenantContext, pipeRunIds: readonly number[]): Promise<PipeRun[]> {
    return this.database.inTenant({ tenantId }, (manager) =>
      manager.findBy(PipeRun, { tenantId, pipeRunId: In([...pipeRunIds]) }),
    );
  }

  /** By run, then position. */
  sensors({ tenantId }: TenantContext, pipeRunIds: readonly number[]): Promise<PipeSensor[]> {
    return this.database.inTenant({ tenantId }, (manager) =>
      manager.find(PipeSensor, {
        where: { tenantId, pipeRunId: In([...pipeRunIds]) },
        order: { pipeRunId: 'ASC', positionM: 'ASC' },
      }),
    );
  }

  /** What an insight knows about a subject; null before its first step. */
  checkpoint({ tenantId }: TenantContext, insight: string, subjectId: number): Promise<InsightCheckpoint | null> {
    return this.database.inTenant({ tenantId }, (manager) =>
      manager.findOneBy(InsightCheckpoint, { tenantId, insight, subjectId }),
    );
  }
}
