import { Args, Context, ID, Int, Parent, Query, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import type { AlarmState as StoredState } from '@telltale/alarm-lifecycle';
import { badArgument, notFound } from '../graphql/api.error.js';
import { fromId, toId } from '../graphql/opaque-id.js';
import { PlantData } from '../graphql/plant-data.js';
import type { RequestContext } from '../graphql/request-context.js';
import { Allow, CurrentViewer, EVERY_ROLE } from '../identity/allow.decorator.js';
import { Person } from '../identity/identity.type.js';
import type { Viewer } from '../identity/viewer.js';
import { LeakAlertReader, type LeakAlertFields } from '../leaks/leak-alert-reader.js';
import { LeakAlert } from '../leaks/leak-alert.type.js';
import { ChangeHub } from '../live/change-hub.js';
import type { LiveStream } from '../live/live-stream.js';
import { SiteAccess } from '../plant/site-access.js';
import { AlarmReader, STATES, type AlarmFields } from './alarm-reader.js';
import { Alarm, AlarmAction, AlarmState, AlarmTransition } from './alarm.type.js';

const MOST_ALARMS = 500;

const STORED = new Map<AlarmState, StoredState>(
  (['normal', 'unacknowledged', 'acknowledged', 'returned-unacknowledged', 'latched'] as const).map((state) => [STATES[state], state]),
);

@Resolver(() => Alarm)
export class AlarmResolver {
  constructor(
    private readonly data: PlantData,
    private readonly reader: AlarmReader,
    private readonly leaks: LeakAlertReader,
    private readonly access: SiteAccess,
    private readonly hub: ChangeHub,
  ) {}

  @Query(() => [Alarm], { description: 'Alarms of a site, highest priority first, then newest. Without `states`: all but NORMAL.', complexity: ({ args: { first }, childComplexity }) => Number(first) * (1 + childComplexity) })
  @Allow(EVERY_ROLE)
  async alarms(
    @Args('siteId', { type: () => ID }) siteId: string,
    @Args('states', { type: () => [AlarmState], nullable: true }) states: AlarmState[] | null,
    @Args('first', { type: () => Int, defaultValue: 200 }) first: number,
    @CurrentViewer() viewer: Viewer,
  ): Promise<AlarmFields[]> {
    if (first < 1 || first > MOST_ALARMS) throw badArgument(`\`first\` must be 1 to ${MOST_ALARMS}.`);
    const site = await this.access.site(viewer.tenant, siteId);
    const stored = states?.flatMap((state) => STORED.get(state) ?? []);
    const alarms = await this.data.alarms.ofSite(viewer.tenant, site.siteId, { states: stored, first });
    return alarms.map((alarm) => this.reader.alarmOf(alarm, viewer));
  }

  @Query(() => Alarm, { nullable: true })
  @Allow(EVERY_ROLE)
  async alarm(@Args('id', { type: () => ID }) id: string, @CurrentViewer() viewer: Viewer): Promise<AlarmFields> {
    const alarm = await this.data.alarms.alarm(viewer.tenant, fromId('alarm', id));
    if (alarm === null) throw notFound('alarm');
    return this.reader.alarmOf(alarm, viewer);
  }

  @ResolveField(() => Person, { nullable: true })
  acknowledgedBy(@Parent() { row }: AlarmFields, @Context() context: RequestContext): Promise<Person | null> {
    return this.person(row.acknowledgedBy, context);
  }

  @ResolveField(() => Person, { nullable: true })
  assignee(@Parent() { row }: AlarmFields, @Context() context: RequestContext): Promise<Person | null> {
    return this.person(row.assigneeUserId, context);
  }

  @ResolveField('allowedActions', () => [AlarmAction])
  allowed(@Parent() { allowedActions }: AlarmFields): readonly AlarmAction[] {
    return allowedActions;
  }

  @ResolveField(() => [AlarmTransition], { description: 'Oldest first.', complexity: ({ childComplexity }) => 5 + childComplexity })
  async history(@Parent() { row }: AlarmFields, @Context() context: RequestContext): Promise<AlarmTransition[]> {
    const transitions = (await context.loaders?.transitions.load(row.alarmId)) ?? [];
    return Promise.all(
      transitions.map(async ({ transitionId, at, transition, fromState, toState, userId, comment }) => ({
        id: toId('alarm transition', transitionId),
        at,
        transition,
        fromState: STATES[fromState],
        toState: STATES[toState],
        comment,
        person: await this.person(userId, context),
      })),
    );
  }

  @ResolveField(() => LeakAlert, { nullable: true, description: 'Null for other kinds than LEAK.' })
  leakAlert(@Parent() { row }: AlarmFields, @CurrentViewer() { tenant }: Viewer, @Context() { loaders }: RequestContext): Promise<LeakAlertFields | null> {
    return this.leaks.of(tenant, row, loaders);
  }

  @Subscription(() => Alarm, { description: 'An alarm of the site was raised or changed.', resolve: (alarm: AlarmFields) => alarm })
  @Allow(EVERY_ROLE)
  async alarmChanged(@Args('siteId', { type: () => ID }) siteId: string, @CurrentViewer() viewer: Viewer): Promise<LiveStream<AlarmFields>> {
    const site = await this.access.site(viewer.tenant, siteId);
    let toldUntil = new Date();
    return this.hub.subscribe('alarms', viewer.tenant.tenantId, async () => {
      const changed = await this.data.alarms.changedSince(viewer.tenant, site.siteId, toldUntil);
      toldUntil = changed.at(-1)?.updatedAt ?? toldUntil;
      return changed.map((alarm) => this.reader.alarmOf(alarm, viewer));
    });
  }

  private async person(userId: number | null, { loaders }: RequestContext): Promise<Person | null> {
    const name = userId === null ? null : await loaders?.personName.load(userId);
    return userId !== null && name ? { id: toId('user', userId), name } : null;
  }
}
