import { describe, expect, test } from '@jest/globals';
import { NotificationOrder, type Numbered, type Ordered } from './notification-order.js';

const data = (sequenceNumber: number): Numbered => ({ sequenceNumber, isData: true });
const keepAlive = (sequenceNumber: number): Numbered => ({ sequenceNumber, isData: false });
const shown = (found: readonly Ordered<Numbered>[]): string => found.map(({ message, afterLoss }) => `${afterLoss ? '!' : ''}${message.isData ? '' : 'k'}${message.sequenceNumber}`).join(' ');

function given(...messages: readonly Numbered[]): { order: NotificationOrder<Numbered>; texts: string[] } {
  const order = new NotificationOrder<Numbered>();
  return { order, texts: messages.map((message, at) => shown(order.arrived(message, at))) };
}

describe('order of notifications', () => {
  test('what comes in order is given at once, keep-alives between', () => {
    expect(given(data(1), data(2), keepAlive(3), keepAlive(3), data(3)).texts).toEqual(['1', '2', 'k3', 'k3', '3']);
  });

  test('republished ones that come behind a new one are put before it, repeated ones are dropped', () => {
    const { order, texts } = given(data(1), data(4), data(2), data(3), data(3), data(4), data(5));
    expect(texts).toEqual(['1', '', '2', '3 4', '', '', '5']);
    expect(shown(order.overdue(10_000))).toBe('');
  });

  test('what does not come within 2 s is lost, once; when it comes after all it is given', () => {
    const { order } = given(data(1), data(3), data(4));
    expect(shown(order.overdue(1_000))).toBe('');
    expect(shown(order.overdue(2_100))).toBe('!3 4');
    expect(shown(order.arrived(data(2), 2_200))).toBe('2');
    expect(shown(order.arrived(data(2), 2_200))).toBe('');
    expect(shown(order.arrived(data(5), 2_300))).toBe('5');
  });

  test('a keep-alive that skips a number tells of the loss as well', () => {
    const { order, texts } = given(data(1), keepAlive(3));
    expect(texts).toEqual(['1', '']);
    expect(shown(order.overdue(2_100))).toBe('k3');
    expect(shown(order.arrived(data(3), 2_200))).toBe('!3');
  });

  test('the numbers begin again at 1', () => {
    expect(given(data(0xffff_fffe), data(0xffff_ffff), data(1), data(2)).texts).toEqual(['4294967294', '4294967295', '1', '2']);
  });
});
