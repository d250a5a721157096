import { Args, Context, ID, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { notFound } from '../graphql/api.error.js';
import { fromId } from '../graphql/opaque-id.js';
import { PlantData } from '../graphql/plant-data.js';
import type { RequestContext } from '../graphql/request-context.js';
import { Allow, CurrentViewer, EVERY_ROLE } from '../identity/allow.decorator.js';
import type { Viewer } from '../identity/viewer.js';
import { LeakAlertReader, type LeakAlertFields } from '../leaks/leak-alert-reader.js';
import { LeakAlert } from '../leaks/leak-alert.type.js';
import { tagOf } from '../tags/tag-mapping.js';
import { Tag } from '../tags/tag.type.js';
import { pipeRunOf } from './pipe-run-mapping.js';
import { PipeRun, PipeSensor } from './pipe-run.type.js';
import { sensorFigures } from './sensor-figures.js';

@Resolver(() => PipeRun)
export class PipeRunResolver {
  constructor(
    private readonly data: PlantData,
    private readonly leaks: LeakAlertReader,
  ) {}

  @Query(() => PipeRun, { nullable: true })
  @Allow(EVERY_ROLE)
  async pipeRun(@Args('id', { type: () => ID }) id: string, @Context() { loaders }: RequestContext): Promise<PipeRun> {
    const run = await loaders?.pipeRun.load(fromId('pipe run', id));
    if (!run) throw notFound('pipe run');
    return pipeRunOf(run);
  }

  @ResolveField(() => [PipeSensor], { description: 'By position.' })
  async sensors(@Parent() { id }: PipeRun, @CurrentViewer() { tenant }: Viewer, @Context() { loaders }: RequestContext): Promise<PipeSensor[]> {
    const pipeRunId = fromId('pipe run', id);
    if (loaders === null) return [];
    const [sensors, checkpoint] = await Promise.all([
      loaders.sensors.load(pipeRunId),
      this.data.pipeRuns.checkpoint(tenant, 'steam-leak', pipeRunId),
    ]);
    const figures = sensorFigures(checkpoint?.state ?? null);
    const tags = await loaders.tag.loadMany(sensors.map(({ tagId }) => tagId));
    return sensors.flatMap(({ tagId, positionM }, index) => {
      const tag = tags[index];
      if (tag === null || tag === undefined || tag instanceof Error) return [];
      const { expected, excess } = figures.get(tagId) ?? { expected: null, excess: null };
      return [{ tag: tagOf(tag), positionM, expected, excess }];
    });
  }

  @ResolveField(() => [LeakAlert], { description: 'Leak alerts on this run that are not over.' })
  async openLeakAlerts(@Parent() { id, siteId }: PipeRun, @CurrentViewer() viewer: Viewer, @Context() { loaders }: RequestContext): Promise<LeakAlertFields[]> {
    const open = await this.leaks.open(viewer.tenant, fromId('site', siteId), loaders);
    return open.filter(({ pipeRunId }) => pipeRunId === fromId('pipe run', id));
  }

  @ResolveField(() => Tag, { nullable: true })
  async pipeTemperature(@Parent() run: PipeRun, @Context() context: RequestContext): Promise<Tag | null> {
    return this.tagAt(run, context, 'pipeTemperatureTagId');
  }

  @ResolveField(() => Tag, { nullable: true })
  async pressure(@Parent() run: PipeRun, @Context() context: RequestContext): Promise<Tag | null> {
    return this.tagAt(run, context, 'pressureTagId');
  }

  private async tagAt({ id }: PipeRun, { loaders }: RequestContext, which: 'pipeTemperatureTagId' | 'pressureTagId'): Promise<Tag | null> {
    const run = await loaders?.pipeRun.load(fromId('pipe run', id));
    const tagId = run?.[which] ?? null;
    const tag = tagId === null ? null : await loaders?.tag.load(tagId);
    return tag ? tagOf(tag) : null;
  }
}
