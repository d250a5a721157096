import { Args, Context, ID, Int, Mutation, Query, Resolver } from '@nestjs/graphql';
import { GatewayAccessRepository, type ActingUser, type GatewayAccess as AccessRecord, type Invited } from '@telltale/plant-registry';
import { ApiError, badArgument, notFound } from '../graphql/api.error.js';
import { fromId, toId, type IdKind } from '../graphql/opaque-id.js';
import { PlantData } from '../graphql/plant-data.js';
import type { RequestContext } from '../graphql/request-context.js';
import { ADMINISTRATORS, Allow, CurrentViewer } from '../identity/allow.decorator.js';
import type { Viewer } from '../identity/viewer.js';
import { SiteAccess } from '../plant/site-access.js';
import { accessOf, invitationOf } from './access-mapping.js';
import { enrolmentCommand } from './enrolment-command.js';
import { GatewayAccess, NewGatewayInvitation } from './gateway-access.type.js';
import { IngestAddress } from './ingest-address.js';

const HOUR_MS = 3_600_000;
const LONGEST_HOURS = 168;
const LONGEST_NAME = 100;
const VALID_HOURS = { type: () => Int, defaultValue: 24, description: `1 to ${LONGEST_HOURS}.` } as const;

function validForMs(hours: number): number {
  if (hours < 1 || hours > LONGEST_HOURS) throw badArgument(`An invitation is valid for 1 to ${LONGEST_HOURS} hours.`);
  return hours * HOUR_MS;
}

function checkedName(given: string): string {
  const name = given.trim();
  if (name === '' || name.length > LONGEST_NAME) throw badArgument(`A gateway needs a name of 1 to ${LONGEST_NAME} characters.`);
  return name;
}

const acting = ({ userId }: Viewer): ActingUser => ({ userId, at: new Date() });

/** How gateways come in and are kept out. */
@Resolver(() => GatewayAccess)
export class GatewayAccessResolver {
  private readonly repository: GatewayAccessRepository;

  constructor(
    data: PlantData,
    private readonly sites: SiteAccess,
    private readonly ingest: IngestAddress,
  ) {
    this.repository = new GatewayAccessRepository(data.registry);
  }

  @Query(() => [GatewayAccess], { description: 'Keys and invitations of the gateways of a site.' })
  @Allow(ADMINISTRATORS)
  async gatewayAccess(@Args('siteId', { type: () => ID }) siteId: string, @CurrentViewer() { tenant }: Viewer, @Context() { loaders }: RequestContext): Promise<GatewayAccess[]> {
    const site = await this.sites.site(tenant, siteId);
    const found = await this.repository.ofSite(tenant, site.siteId);
    return Promise.all(found.map((access) => accessOf(access, loaders, new Date())));
  }

  @Mutation(() => NewGatewayInvitation, { description: 'Adds a gateway to the site and gives the token with which its machine enrols.' })
  @Allow(ADMINISTRATORS)
  async addGateway(
    @Args('siteId', { type: () => ID }) siteId: string,
    @Args('name') name: string,
    @Args('validHours', VALID_HOURS) validHours: number,
    @CurrentViewer() viewer: Viewer,
    @Context() context: RequestContext,
  ): Promise<NewGatewayInvitation> {
    const content = { siteId: fromId('site', siteId), name: checkedName(name) };
    const invited = await this.repository.addGateway(viewer.tenant, content, validForMs(validHours), acting(viewer));
    if (invited === 'site-unknown') throw notFound('site');
    if (invited === 'name-taken') throw new ApiError('GATEWAY_NAME_TAKEN', 'The plant has a gateway of this name already: take another name, or invite that one again.');
    return this.invitationOf(invited, context);
  }

  @Mutation(() => NewGatewayInvitation, { description: 'Another token for a gateway, e.g. for its new machine. Keys that it had before end 24 h after the new one was made.' })
  @Allow(ADMINISTRATORS)
  async inviteGateway(
    @Args('gatewayId', { type: () => ID }) id: string,
    @Args('validHours', VALID_HOURS) validHours: number,
    @CurrentViewer() viewer: Viewer,
    @Context() context: RequestContext,
  ): Promise<NewGatewayInvitation> {
    const invited = await this.repository.invite(viewer.tenant, fromId('gateway', id), validForMs(validHours), acting(viewer));
    if (invited === null) throw notFound('gateway');
    return this.invitationOf(invited, context);
  }

  @Mutation(() => GatewayAccess, { description: 'From now on its token gives no key.' })
  @Allow(ADMINISTRATORS)
  async revokeGatewayInvitation(@Args('invitationId', { type: () => ID }) id: string, @CurrentViewer() viewer: Viewer, @Context() context: RequestContext): Promise<GatewayAccess> {
    const access = await this.repository.revokeInvitation(viewer.tenant, fromId('invitation', id), acting(viewer));
    if (access === 'used') throw new ApiError('INVITATION_USED', 'The invitation was used already: revoke the key that the gateway got with it.');
    return this.found('invitation', access, context);
  }

  @Mutation(() => GatewayAccess, { description: 'The gateway is refused with this key, after 20 seconds at the latest. What it collects stays in its spool.' })
  @Allow(ADMINISTRATORS)
  async revokeGatewayKey(@Args('keyId', { type: () => ID }) id: string, @CurrentViewer() viewer: Viewer, @Context() context: RequestContext): Promise<GatewayAccess> {
    return this.found('gateway key', await this.repository.revokeKey(viewer.tenant, fromId('gateway key', id), acting(viewer)), context);
  }

  @Mutation(() => GatewayAccess, { description: 'The gateway makes another key with its next reports; the present ones are accepted for another 24 h.' })
  @Allow(ADMINISTRATORS)
  async rotateGatewayKey(@Args('gatewayId', { type: () => ID }) id: string, @CurrentViewer() viewer: Viewer, @Context() context: RequestContext): Promise<GatewayAccess> {
    return this.found('gateway', await this.repository.askForRotation(viewer.tenant, fromId('gateway', id), acting(viewer)), context);
  }

  private found(kind: IdKind, access: AccessRecord | null, { loaders }: RequestContext): Promise<GatewayAccess> {
    if (access === null) throw notFound(kind);
    return accessOf(access, loaders, new Date());
  }

  private async invitationOf({ gateway, invitation, token }: Invited, { loaders }: RequestContext): Promise<NewGatewayInvitation> {
    return {
      gatewayId: toId('gateway', gateway.gatewayId),
      gatewayName: gateway.name,
      invitation: await invitationOf(invitation, loaders, new Date()),
      token,
      command: enrolmentCommand(token, this.ingest.url),
      ingestUrl: this.ingest.url ?? null,
    };
  }
}
