import { DataChangeNotification, type DataValue, type NotificationMessage } from 'node-opcua-client';

/** What a server publishes at once. */
export type Notification = Pick<NotificationMessage, 'publishTime' | 'notificationData'>;

/** DataValue info type with the overflow bit (Part 4 §7.39.1). */
const OVERFLOW = 0x480;

export const valuesOf = ({ notificationData }: Notification): readonly { readonly clientHandle: number; readonly value: DataValue }[] =>
  (notificationData ?? []).flatMap((data) => (data instanceof DataChangeNotification ? (data.monitoredItems ?? []) : []));

export const isOverflow = ({ statusCode }: DataValue): boolean => (statusCode.value & OVERFLOW) === OVERFLOW;
