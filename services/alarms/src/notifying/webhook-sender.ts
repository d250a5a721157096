import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Inject, Injectable } from '@nestjs/common';
import type { Delivery } from '@telltale/plant-registry';
import type { AlarmsSettings } from '../alarms.settings.js';
import { SETTINGS } from '../alarms.tokens.js';
import { safeTarget, type SafeTarget } from './safe-address.js';
import { signatureOf } from './webhook-signature.js';

const TIMEOUT_MS = 10_000;

/** One answer, so that nobody learns from it which names and addresses the network here knows. */
const LEADS_NOWHERE = 'The receiver has no address, or one that is not a public address.';

/** The receiver did not take the notification; it is tried again. The message is for the tenant, the cause for the log. */
export class DeliveryFailedError extends Error {
  readonly code = 'DELIVERY_FAILED';
  constructor(what: string, options?: { cause?: unknown }) {
    super(what, options);
    this.name = 'DeliveryFailedError';
  }
}

/** Posts one notification, signed. Redirects are not followed: they could lead anywhere. */
@Injectable()
export class WebhookSender {
  constructor(@Inject(SETTINGS) private readonly settings: Pick<AlarmsSettings, 'WEBHOOK_ADDRESSES'>) {}

  async send(delivery: Delivery, now: Date): Promise<void> {
    const { channel, notification } = delivery;
    // For the look-up and the answer together.
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const target = await safeTarget(channel.url, this.settings.WEBHOOK_ADDRESSES, undefined, signal).catch((cause: unknown) => {
      throw new DeliveryFailedError(LEADS_NOWHERE, { cause });
    });
    const body = JSON.stringify(bodyOf(delivery));
    const status = await post(target, body, signal, {
      'content-type': 'application/json',
      'user-agent': 'telltale',
      // The same for every attempt: receivers drop what they have already.
      'telltale-notification-id': `${notification.tenantId}-${notification.notificationId}`,
      'telltale-signature': signatureOf(channel.secret, Math.floor(now.getTime() / 1000), body),
    });
    if (status < 200 || status > 299) throw new DeliveryFailedError(`The receiver answered ${status}.`);
  }
}

/** What a receiver learns of an alarm besides its id. */
const TOLD = [
  'siteId',
  'kind',
  'title',
  'priority',
  'state',
  'cause',
  'consequence',
  'action',
  'positionM',
  'lossKgPerHour',
  'raisedAt',
  'clearedAt',
] as const;

function bodyOf({ notification, alarm, transition }: Delivery): object {
  return {
    id: `${notification.tenantId}-${notification.notificationId}`,
    event: `alarm.${transition.transition}`,
    at: transition.at.toISOString(),
    comment: transition.comment,
    alarm: { id: alarm.alarmId, ...Object.fromEntries(TOLD.map((field) => [field, alarm[field]])) },
  };
}

/** Codes only: the messages of the system name addresses. */
function faultOf(error: Error): string {
  if (error.name === 'AbortError') return `no answer within ${TIMEOUT_MS / 1000} s`;
  return 'code' in error ? String(error.code) : error.name;
}

function post({ url, address, family }: SafeTarget, body: string, signal: AbortSignal, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (cause: Error): void => {
      reject(new DeliveryFailedError(`${url.host} can't be reached (${faultOf(cause)}).`, { cause }));
    };
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
      agent: false,
      signal,
      // Pinned: whatever the name resolves to now, the checked address is used.
      lookup: (_hostname, options, done) => {
        if (options.all === true) done(null, [{ address, family }]);
        else done(null, address, family);
      },
    });
    request.on('error', failed);
    request.once('response', (response) => {
      // Only the status counts; a receiver that sends without end is cut off.
      response.destroy();
      resolve(response.statusCode ?? 0);
    });
    request.end(body);
  });
}
