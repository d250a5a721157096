import { Args, Context, Mutation, Query, Resolver } from '@nestjs/graphql';
import { UserRepository } from '@telltale/plant-registry';
import type { TenantContext } from '@telltale/tenancy';
import { ApiError } from '../graphql/api.error.js';
import { toId } from '../graphql/opaque-id.js';
import { PlantData } from '../graphql/plant-data.js';
import type { RequestContext } from '../graphql/request-context.js';
import { Allow, AllowAnyone, ALARM_HANDLERS, CurrentViewer } from './allow.decorator.js';
import { Me, Person, Role } from './identity.type.js';
import { SESSION_COOKIE, SessionReader } from './session-reader.js';
import { SessionPolicy } from './session-policy.js';
import { AddressLockedError, SignInThrottle } from './sign-in-throttle.js';
import { SessionWatch } from './session-watch.js';
import type { Viewer } from './viewer.js';

const ROLES = { viewer: Role.VIEWER, maintenance: Role.MAINTENANCE, manager: Role.MANAGER, admin: Role.ADMIN } as const;

@Resolver(() => Me)
export class IdentityResolver {
  constructor(
    private readonly users: UserRepository,
    private readonly sessions: SessionReader,
    private readonly watch: SessionWatch,
    private readonly policy: SessionPolicy,
    private readonly throttle: SignInThrottle,
    private readonly data: PlantData,
  ) {}

  @Query(() => Me, { nullable: true, description: 'The signed-in user, or null when nobody is signed in.' })
  @AllowAnyone()
  me(@Context() { viewer }: RequestContext): Promise<Me> | null {
    return viewer && this.meOf(viewer.tenant, viewer);
  }

  @Query(() => [Person], { description: 'People of the tenant to whom an alarm can be assigned, by name.' })
  @Allow(ALARM_HANDLERS)
  async assignablePeople(@CurrentViewer() viewer: Viewer): Promise<Person[]> {
    const people = await this.data.alarms.people(viewer.tenant);
    return people.filter(({ disabledAt }) => disabledAt === null).map(({ userId, name }) => ({ id: toId('user', userId), name }));
  }

  @Mutation(() => Me, { description: 'Starts a session; sets an HttpOnly cookie. Fails with code SIGN_IN_REFUSED or SIGN_IN_LOCKED.' })
  @AllowAnyone()
  async signIn(@Args('email') email: string, @Args('password') password: string, @Context() context: RequestContext): Promise<Me> {
    const request = { email, password, now: new Date(), sessionHours: this.policy.sessionHours, from: context.remoteAddress };
    const outcome = await this.throttle
      .attempt(context.remoteAddress, () => this.users.signIn(request), ({ kind }) => kind === 'signed-in')
      .catch((error: unknown) => {
        if (error instanceof AddressLockedError) context.reply?.header('retry-after', String(error.retryAfterS));
        throw error;
      });
    if (outcome.kind === 'locked') {
      throw new ApiError('SIGN_IN_LOCKED', 'Too many attempts: try again in 15 minutes.');
    }
    if (outcome.kind === 'refused') {
      throw new ApiError('SIGN_IN_REFUSED', 'E-mail address or password is wrong: check both and try again.');
    }
    context.reply?.header('set-cookie', this.policy.cookie(SESSION_COOKIE, outcome.token));
    return this.meOf(outcome.tenant, outcome.user);
  }

  @Mutation(() => Boolean, { description: 'Ends the session. True when there was one.' })
  @AllowAnyone()
  async signOut(@Context() { viewer, sessionToken, reply }: RequestContext): Promise<boolean> {
    reply?.header('set-cookie', this.policy.expiredCookie(SESSION_COOKIE));
    if (viewer === null || sessionToken === null) return false;
    await this.users.endSession(viewer.tenant, viewer.sessionId, new Date());
    this.sessions.forget(sessionToken);
    await this.watch.look(sessionToken);
    return true;
  }

  private async meOf(tenant: TenantContext, { userId, name, email, role }: Pick<Viewer, 'userId' | 'name' | 'email' | 'role'>): Promise<Me> {
    const { tenantId, slug, name: tenantName, currency, locale } = await this.data.sites.tenant(tenant);
    const enterprise = { id: toId('tenant', tenantId), slug, name: tenantName, currency, locale };
    return { id: toId('user', userId), name, email, role: ROLES[role], tenant: enterprise };
  }
}
