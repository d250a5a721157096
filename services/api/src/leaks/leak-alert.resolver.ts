import { Args, Context, GraphQLISODateTime, ID, Int, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { AlarmReader } from '../alarms/alarm-reader.js';
import { Alarm } from '../alarms/alarm.type.js';
import { badArgument, notFound } from '../graphql/api.error.js';
import { fromId } from '../graphql/opaque-id.js';
import { PlantData } from '../graphql/plant-data.js';
import type { RequestContext } from '../graphql/request-context.js';
import { Allow, CurrentViewer, EVERY_ROLE } from '../identity/allow.decorator.js';
import type { Viewer } from '../identity/viewer.js';
import { pipeRunOf } from '../plant/pipe-run-mapping.js';
import { PipeRun } from '../plant/pipe-run.type.js';
import { SiteAccess } from '../plant/site-access.js';
import { EvidenceReader } from './evidence-reader.js';
import { isOver, LeakAlertReader, type LeakAlertFields } from './leak-alert-reader.js';
import { LeakAlert, LeakAlertState, LeakEvidence } from './leak-alert.type.js';

const MOST_ALERTS = 500;

/** Nine sensors' samples are read whole. */
const EVIDENCE_POINTS = 150;

@Resolver(() => LeakAlert)
export class LeakAlertResolver {
  constructor(
    private readonly data: PlantData,
    private readonly reader: LeakAlertReader,
    private readonly alarms: AlarmReader,
    private readonly evidences: EvidenceReader,
    private readonly access: SiteAccess,
  ) {}

  @Query(() => [LeakAlert], { description: 'Leak alerts of a site, highest loss per hour first. Without `states`: all but those that are over.', complexity: ({ args: { first }, childComplexity }) => Number(first) * (1 + childComplexity) })
  @Allow(EVERY_ROLE)
  async leakAlerts(
    @Args('siteId', { type: () => ID }) siteId: string,
    @Args('states', { type: () => [LeakAlertState], nullable: true }) states: LeakAlertState[] | null,
    @Args('first', { type: () => Int, defaultValue: 100 }) first: number,
    @CurrentViewer() { tenant }: Viewer,
    @Context() { loaders }: RequestContext,
  ): Promise<LeakAlertFields[]> {
    if (first < 1 || first > MOST_ALERTS) throw badArgument(`\`first\` must be 1 to ${MOST_ALERTS}.`);
    const site = await this.access.site(tenant, siteId);
    const all = await this.reader.all(tenant, site.siteId, loaders);
    return all.filter((alert) => (states ? states.includes(alert.state) : !isOver(alert))).slice(0, first);
  }

  @Query(() => LeakAlert, { nullable: true })
  @Allow(EVERY_ROLE)
  async leakAlert(@Args('id', { type: () => ID }) id: string, @CurrentViewer() { tenant }: Viewer, @Context() { loaders }: RequestContext): Promise<LeakAlertFields> {
    const alarm = await this.data.alarms.alarm(tenant, fromId('leak alert', id));
    const alert = alarm && (await this.reader.of(tenant, alarm, loaders));
    if (!alert) throw notFound('leak alert');
    return alert;
  }

  @ResolveField(() => Alarm)
  alarm(@Parent() { alarmRow }: LeakAlertFields, @CurrentViewer() viewer: Viewer): Alarm {
    return this.alarms.alarmOf(alarmRow, viewer);
  }

  @ResolveField(() => PipeRun)
  async pipeRun(@Parent() { pipeRunId }: LeakAlertFields, @Context() { loaders }: RequestContext): Promise<PipeRun> {
    const run = await loaders?.pipeRun.load(pipeRunId);
    if (!run) throw notFound('pipe run');
    return pipeRunOf(run);
  }

  @ResolveField(() => LeakEvidence, {
    description: 'Sensors around the place in [from, to); without times from one hour before the onset until now.',
    complexity: ({ childComplexity }) => EVIDENCE_POINTS + childComplexity,
  })
  evidence(
    @Parent() alert: LeakAlertFields,
    @Args('from', { type: () => GraphQLISODateTime, nullable: true }) from: Date | null | undefined,
    @Args('to', { type: () => GraphQLISODateTime, nullable: true }) to: Date | null | undefined,
    @CurrentViewer() { tenant }: Viewer,
    @Context() context: RequestContext,
  ): Promise<object> {
    return this.evidences.read(tenant, alert, { from: from ?? null, to: to ?? null }, context);
  }
}
