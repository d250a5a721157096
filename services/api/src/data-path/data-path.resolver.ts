import { Context, GraphQLISODateTime, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { notFound, notSignedIn } from '../graphql/api.error.js';
import { fromId } from '../graphql/opaque-id.js';
import type { RequestContext } from '../graphql/request-context.js';
import { CurrentViewer } from '../identity/allow.decorator.js';
import type { Viewer } from '../identity/viewer.js';
import { timeOf } from '../tags/tag-mapping.js';
import { Tag } from '../tags/tag.type.js';
import { DataPathReader } from './data-path-reader.js';
import { DataPath, DataPathState, DataPathStation, type DataPathStep } from './data-path.type.js';
import { causeOf, explainDataPath, type PathStep, type Station } from './explain-data-path.js';
import { STEP_WORDS } from './step-words.js';

const POINTS = 4;

const STATIONS: Readonly<Record<Station, DataPathStation>> = {
  tag: DataPathStation.TAG, connection: DataPathStation.CONNECTION, signal: DataPathStation.SIGNAL, clock: DataPathStation.CLOCK, gateway: DataPathStation.GATEWAY,
  spool: DataPathStation.SPOOL, queue: DataPathStation.QUEUE, historian: DataPathStation.HISTORIAN, value: DataPathStation.VALUE,
};
const STATES = { ok: DataPathState.OK, broken: DataPathState.BROKEN, unknown: DataPathState.UNKNOWN } as const;

function stepOf({ station, state, code, sinceUs, detail }: PathStep): DataPathStep {
  const [what, remedy] = STEP_WORDS[code] ?? [code, null];
  return { station: STATIONS[station], state: STATES[state], code, what, remedy, since: sinceUs === null ? null : timeOf(sinceUs), detail };
}

@Resolver(() => Tag)
export class DataPathResolver {
  constructor(private readonly reader: DataPathReader) {}

  @ResolveField(() => DataPath, { description: 'Why there is no data, or why there is.', complexity: POINTS })
  async dataPath(@Parent() { id }: Tag, @CurrentViewer() { tenant }: Viewer, @Context() { loaders }: RequestContext): Promise<DataPath> {
    const tagId = fromId('tag', id);
    if (loaders === null) throw notSignedIn();
    const [tag, latest] = await Promise.all([loaders.tag.load(tagId), loaders.latest.load(tagId)]);
    if (!tag) throw notFound('tag');
    const steps = explainDataPath(await this.reader.read(tenant, tag, latest, new Date(), loaders));
    const cause = causeOf(steps);
    return { ok: cause === null, cause: cause && stepOf(cause), steps: steps.map(stepOf) };
  }

  @ResolveField(() => GraphQLISODateTime, { nullable: true, description: 'Out of service since then; its history is kept.' })
  async retiredAt(@Parent() { id }: Tag, @Context() { loaders }: RequestContext): Promise<Date | null> {
    return (await loaders?.tag.load(fromId('tag', id)))?.retiredAt ?? null;
  }
}
