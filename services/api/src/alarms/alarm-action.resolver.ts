import { Args, GraphQLISODateTime, ID, Mutation, Resolver } from '@nestjs/graphql';
import { AlarmActions, type AlarmAction } from '@telltale/plant-registry';
import { ApiError, badArgument, notFound } from '../graphql/api.error.js';
import { fromId } from '../graphql/opaque-id.js';
import { Allow, ALARM_HANDLERS, CurrentViewer } from '../identity/allow.decorator.js';
import type { Viewer } from '../identity/viewer.js';
import { AlarmReader, OUTCOMES, type AlarmFields } from './alarm-reader.js';
import { Alarm, AlarmOutcome } from './alarm.type.js';

const LONGEST_COMMENT = 2_000;
const FINDINGS = new Map((['confirmed', 'nuisance', 'sensor-fault', 'test'] as const).map((finding) => [OUTCOMES[finding], finding]));

/** An optional argument that is not given is undefined. */
function checked(comment: string | null | undefined): string | null {
  if (comment === undefined || comment === null) return null;
  if (comment.length > LONGEST_COMMENT) throw badArgument(`A comment has ${LONGEST_COMMENT} characters at most.`);
  return comment;
}

@Resolver(() => Alarm)
export class AlarmActionResolver {
  constructor(
    private readonly actions: AlarmActions,
    private readonly reader: AlarmReader,
  ) {}

  @Mutation(() => Alarm)
  @Allow(ALARM_HANDLERS)
  acknowledgeAlarm(@Args('alarmId', { type: () => ID }) id: string, @Args('comment', { type: () => String, nullable: true }) comment: string | null | undefined, @CurrentViewer() viewer: Viewer): Promise<AlarmFields> {
    return this.act(viewer, id, { kind: 'acknowledge', comment: checked(comment) });
  }

  @Mutation(() => Alarm, { description: 'Without `personId` the assignment is taken back.' })
  @Allow(ALARM_HANDLERS)
  assignAlarm(
    @Args('alarmId', { type: () => ID }) id: string,
    @Args('personId', { type: () => ID, nullable: true }) personId: string | null | undefined,
    @Args('comment', { type: () => String, nullable: true }) comment: string | null | undefined,
    @CurrentViewer() viewer: Viewer,
  ): Promise<AlarmFields> {
    return this.act(viewer, id, { kind: 'assign', assigneeUserId: personId ? fromId('user', personId) : null, comment: checked(comment) });
  }

  @Mutation(() => Alarm)
  @Allow(ALARM_HANDLERS)
  commentAlarm(@Args('alarmId', { type: () => ID }) id: string, @Args('comment') comment: string, @CurrentViewer() viewer: Viewer): Promise<AlarmFields> {
    return this.act(viewer, id, { kind: 'comment', comment: checked(comment) ?? '' });
  }

  @Mutation(() => Alarm, { description: 'Hides the alarm until it is time, at most 24 hours ahead.' })
  @Allow(ALARM_HANDLERS)
  shelveAlarm(
    @Args('alarmId', { type: () => ID }) id: string,
    @Args('until', { type: () => GraphQLISODateTime }) until: Date,
    @Args('reason') reason: string,
    @CurrentViewer() viewer: Viewer,
  ): Promise<AlarmFields> {
    return this.act(viewer, id, { kind: 'shelve', until, reason: checked(reason) ?? '' });
  }

  @Mutation(() => Alarm)
  @Allow(ALARM_HANDLERS)
  unshelveAlarm(@Args('alarmId', { type: () => ID }) id: string, @CurrentViewer() viewer: Viewer): Promise<AlarmFields> {
    return this.act(viewer, id, { kind: 'unshelve' });
  }

  @Mutation(() => Alarm, { description: 'What was found on site.' })
  @Allow(ALARM_HANDLERS)
  setAlarmOutcome(
    @Args('alarmId', { type: () => ID }) id: string,
    @Args('outcome', { type: () => AlarmOutcome }) outcome: AlarmOutcome,
    @Args('comment', { type: () => String, nullable: true }) comment: string | null | undefined,
    @CurrentViewer() viewer: Viewer,
  ): Promise<AlarmFields> {
    const finding = FINDINGS.get(outcome);
    if (finding === undefined) throw badArgument('There is no such outcome.');
    return this.act(viewer, id, { kind: 'set-outcome', finding, comment: checked(comment) });
  }

  @Mutation(() => Alarm, { description: 'The leak was repaired. It is verified, or opened again, by the measurements that follow.' })
  @Allow(ALARM_HANDLERS)
  markRepaired(@Args('alarmId', { type: () => ID }) id: string, @Args('comment', { type: () => String, nullable: true }) comment: string | null | undefined, @CurrentViewer() viewer: Viewer): Promise<AlarmFields> {
    return this.act(viewer, id, { kind: 'mark-repaired', comment: checked(comment) });
  }

  private async act(viewer: Viewer, id: string, action: AlarmAction): Promise<AlarmFields> {
    const alarmId = fromId('alarm', id);
    const outcome = await this.actions.act(viewer.tenant, alarmId, action, { userId: viewer.userId, at: new Date() });
    if (outcome.kind === 'unknown') throw notFound('alarm');
    if (outcome.kind === 'refused') throw new ApiError(outcome.code, outcome.message);
    return this.reader.alarmOf(outcome.alarm, viewer);
  }
}
