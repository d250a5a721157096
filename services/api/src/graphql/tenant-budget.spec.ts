import { describe, expect, it } from '@jest/globals';
import { TenantBudget } from './tenant-budget.js';

const LIMITS = { atOnce: 2, waiting: 2, patienceMs: 60 };
const turn = (): Promise<void> => new Promise((later) => setTimeout(later, 0));

describe('what a tenant may do at once', () => {
  it('is limited, in the order of asking, and leaves other tenants alone', async () => {
    const budget = new TenantBudget({ ...LIMITS, patienceMs: 5_000 });
    const begun: string[] = [];
    const ends: (() => void)[] = [];
    const work = (tenantId: number, name: string): Promise<string> =>
      budget.run(tenantId, () => {
        begun.push(name);
        return new Promise((resolve) => ends.push(() => resolve(name)));
      });
    const all = [work(1, 'a'), work(1, 'b'), work(1, 'c'), work(1, 'd'), work(2, 'other')];
    await turn();
    expect(begun).toEqual(['a', 'b', 'other']);
    ends[0]?.();
    await turn();
    expect(begun).toEqual(['a', 'b', 'other', 'c']);
    for (let i = 1; i < 5; i++) {
      ends[i]?.();
      await turn();
    }
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd', 'other']);
  });

  it('refuses who finds the queue full, or waits too long, with status 429', async () => {
    const budget = new TenantBudget(LIMITS);
    const leaves = [await budget.enter(1), await budget.enter(1)];
    const waiting = [budget.enter(1), budget.enter(1)];
    await expect(budget.enter(1)).rejects.toMatchObject({ status: 429, extensions: { code: 'TENANT_BUSY' } });
    await expect(Promise.any(waiting)).rejects.toMatchObject({ errors: [{ status: 429 }, { status: 429 }] });
    for (const leave of leaves) leave();
    await expect(budget.enter(1)).resolves.toBeDefined();
  });

  it('is given back by work that fails, and once only', async () => {
    const budget = new TenantBudget({ atOnce: 1, waiting: 1, patienceMs: 60 });
    await expect(budget.run(1, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    const leave = await budget.enter(1);
    leave();
    leave();
    const again = await budget.enter(1);
    await expect(budget.enter(1)).rejects.toMatchObject({ status: 429 });
    again();
  });
});
