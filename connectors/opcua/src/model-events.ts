import { AttributeIds, constructEventFilter, ofType, TimestampsToReturn } from 'node-opcua-client';
import { createSubscription, type LinkSession } from './server-link.js';
import { withinTime } from './within-time.js';

const SERVER_OBJECT = 'i=2253';
const CREATED_WITHIN_MS = 10_000;
const ENDED_WITHIN_MS = 2_000;

/**
 * Calls `changed` for each GeneralModelChangeEvent of the server (Part 3 §9.32). Few servers send them; one that refuses the subscription
 * costs nothing: the tree is compared from time to time anyway.
 */
export async function onModelChange(session: LinkSession, changed: () => void): Promise<void> {
  const subscription = await withinTime(
    createSubscription(session, { requestedPublishingInterval: 1_000, requestedMaxKeepAliveCount: 10, requestedLifetimeCount: 100, maxNotificationsPerPublish: 10, publishingEnabled: true, priority: 1 }),
    CREATED_WITHIN_MS,
    'the subscription of model changes',
  );
  const filter = constructEventFilter(['EventType'], ofType('GeneralModelChangeEventType'));
  try {
    const item = await subscription.monitor({ nodeId: SERVER_OBJECT, attributeId: AttributeIds.EventNotifier }, { filter, queueSize: 1, discardOldest: true, samplingInterval: 0 }, TimestampsToReturn.Neither);
    if (item.statusCode.isNotGood()) throw new Error(item.statusCode.toString());
    item.on('changed', changed);
  } catch (error) {
    await withinTime(subscription.terminate(), ENDED_WITHIN_MS, 'ending the subscription of model changes').catch(() => undefined);
    throw error;
  }
}
