import type { PipeRun as PipeRunEntity } from '@telltale/plant-registry';
import { toId } from '../graphql/opaque-id.js';
import type { PipeRun } from './pipe-run.type.js';

export const pipeRunOf = ({ pipeRunId, siteId, slug, name, lengthM, medium }: PipeRunEntity): PipeRun => ({
  id: toId('pipe run', pipeRunId),
  siteId: toId('site', siteId),
  slug,
  name,
  lengthM,
  medium,
});
