import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { TenantBudget } from '../graphql/tenant-budget.js';
import { ChangeHub } from './change-hub.js';

const settled = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};

describe('ChangeHub', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('reads once per second at most, and only for the tenant and topic of the change', async () => {
    const hub = new ChangeHub(new TenantBudget());
    let reads = 0;
    const stream = hub.subscribe('samples', 1, async () => [++reads]);
    hub.announce('alarms', 1);
    hub.announce('samples', 2);
    await jest.advanceTimersByTimeAsync(3_000);
    expect(reads).toBe(0);
    for (let i = 0; i < 25; i++) {
      hub.announce('samples', 1);
      await jest.advanceTimersByTimeAsync(100);
    }
    expect(reads).toBe(3);
    expect(await stream.next()).toEqual({ done: false, value: 1 });
    hub.close();
  });

  it('reads again after a reading that failed', async () => {
    const hub = new ChangeHub(new TenantBudget());
    let reads = 0;
    hub.subscribe('alarms', 1, async () => {
      if (++reads === 1) throw new Error('the database is away');
      return [];
    });
    hub.announce('alarms', 1);
    await jest.advanceTimersByTimeAsync(2_500);
    expect(reads).toBe(2);
    hub.close();
  });

  it('arms no timer after the end, also when the end comes during a reading', async () => {
    const hub = new ChangeHub(new TenantBudget());
    let finish: () => void = () => undefined;
    let reads = 0;
    const stream = hub.subscribe('samples', 1, () => {
      reads += 1;
      return new Promise<number[]>((resolve, reject) => (finish = reads === 1 ? () => reject(new Error('gone')) : () => resolve([1])));
    });
    hub.announce('samples', 1);
    await jest.advanceTimersByTimeAsync(1);
    expect(reads).toBe(1);
    hub.announce('samples', 1);
    stream.end();
    finish();
    await settled();
    expect([jest.getTimerCount(), hub.size]).toEqual([0, 0]);
    await jest.advanceTimersByTimeAsync(5_000);
    expect(reads).toBe(1);
  });
});
