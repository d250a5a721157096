import { toId } from '../src/graphql/opaque-id.js';
import type { ServedPlant } from './served-plants.js';

/** Arguments that name things of `there`; `here` is the caller's own plant. */
export type Probe = (there: ServedPlant, here: ServedPlant) => Record<string, unknown>;

const hour = (shift: number): string => new Date(Date.now() + shift * 3_600_000).toISOString();
const range = (): { from: string; to: string } => ({ from: hour(-1), to: hour(1) });
const none: Probe = () => ({});
const site: Probe = ({ plant }) => ({ siteId: toId('site', plant.site.siteId) });
const alarm: Probe = ({ alarmId }) => ({ alarmId: toId('alarm', alarmId) });
const tagIds: Probe = ({ plant }) => ({ tagIds: plant.tags.map(({ tagId }) => toId('tag', tagId)) });
const certificate: Probe = ({ certificateId }) => ({ certificateId: toId('certificate', certificateId) });
const gateway: Probe = ({ plant }) => ({ gatewayId: toId('gateway', plant.gateway.gatewayId) });
const channel: Probe = ({ channelId }) => ({ channelId: toId('channel', channelId) });
/** A new tag of the other plant. */
const tagFile: Probe = (there, here) => ({ ...site(there, here), file: `path\n${there.slug}/plant/new\n` });
const tagId = ({ plant }: ServedPlant): string => toId('tag', plant.tags[0]?.tagId ?? 0);

/** Operations that name nothing: what they give depends on the caller alone. */
export const NAMELESS = ['notificationChannels', 'addWebhook', 'me', 'sites', 'assignablePeople', 'signIn', 'signOut'];

/** One per operation of the schema; an operation without a probe fails the test. */
export const PROBES: Readonly<Record<string, Probe>> = {
  me: none,
  sites: none,
  assignablePeople: none,
  site: ({ plant }) => ({ id: toId('site', plant.site.siteId) }),
  equipment: ({ lineId }) => ({ id: toId('equipment', lineId) }),
  line: ({ lineId }) => ({ id: toId('equipment', lineId) }),
  tags: site,
  tag: (there) => ({ id: tagId(there) }),
  samples: (there) => ({ tagId: tagId(there), ...range() }),
  buckets: (there, here) => ({ ...tagIds(there, here), ...range(), bucketSeconds: 60 }),
  calendarBuckets: (there, here) => ({ ...tagIds(there, here), ...range(), period: 'SHIFT' }),
  interpolatedValues: (there) => ({ tagId: tagId(there), ...range(), stepSeconds: 60 }),
  samplesAsOf: (there, here) => ({ ...tagIds(there, here), at: hour(0) }),
  pipeRun: ({ pipeRunId }) => ({ id: toId('pipe run', pipeRunId) }),
  leakAlerts: (there, here) => ({ ...site(there, here), first: 5 }),
  leakAlert: ({ alarmId }) => ({ id: toId('leak alert', alarmId) }),
  alarms: (there, here) => ({ ...site(there, here), first: 5 }),
  alarm: ({ alarmId }) => ({ id: toId('alarm', alarmId) }),
  previewTagImport: tagFile,
  exportTags: site,
  serverCertificates: site,
  applyTagImport: (there, here) => ({ ...tagFile(there, here), token: 'a'.repeat(64) }),
  trustCertificate: certificate,
  rejectCertificate: certificate,
  gatewayAccess: site,
  addGateway: (there, here) => ({ ...site(there, here), name: 'another gateway' }),
  inviteGateway: gateway,
  revokeGatewayInvitation: ({ invitationId }) => ({ invitationId: toId('invitation', invitationId) }),
  revokeGatewayKey: ({ gatewayKeyId }) => ({ keyId: toId('gateway key', gatewayKeyId) }),
  rotateGatewayKey: gateway,
  notificationChannels: none,
  /** Refused for its address: nothing is changed by trying. */
  addWebhook: () => ({ name: 'crew', url: 'http://10.0.0.1/', secret: 'sixteen characters' }),
  setChannelEnabled: (there, here) => ({ ...channel(there, here), enabled: false }),
  removeChannel: channel,
  signIn: ({ people }) => ({ email: people.admin.email, password: 'wrong' }),
  signOut: none,
  acknowledgeAlarm: alarm,
  assignAlarm: (there, here) => ({ ...alarm(there, here), personId: toId('user', here.people.maintenance.userId) }),
  commentAlarm: (there, here) => ({ ...alarm(there, here), comment: 'seen' }),
  shelveAlarm: (there, here) => ({ ...alarm(there, here), until: hour(2), reason: 'known' }),
  unshelveAlarm: alarm,
  setAlarmOutcome: (there, here) => ({ ...alarm(there, here), outcome: 'TEST' }),
  markRepaired: alarm,
  liveValues: tagIds,
  alarmChanged: site,
  yieldChanged: site,
  gatewayChanged: site,
};
