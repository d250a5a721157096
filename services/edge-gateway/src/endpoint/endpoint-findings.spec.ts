import { describe, expect, it } from '@jest/globals';
import { compareBrowses, type BrowsedTag } from '@telltale/connector-sdk';
import { modelChangeOf, tagProblemsOf } from './endpoint-findings.js';

const tag = (path: string, dataType = 'Double'): BrowsedTag => ({ path, address: { nodeId: `s=${path}` }, dataType });

describe('findings of an endpoint', () => {
  it('are absent when there is nothing to tell', () => {
    expect(tagProblemsOf([])).toBeUndefined();
    expect(modelChangeOf(undefined)).toBeUndefined();
  });

  it('are the number of all and the first few', () => {
    const problems = Array.from({ length: 300 }, (_none, tagId) => ({ tagId, code: 'x.y', reason: 'is wrong' }));
    expect(tagProblemsOf(problems)).toMatchObject({ total: 300, first: { length: 20 } });
    const many = compareBrowses([tag('b'), tag('gone')], [{ ...tag('b', 'Int32'), unit: 'K' }, ...Array.from({ length: 100 }, (_none, at) => tag(`n${at}`))]);
    const report = modelChangeOf({ baselineUs: 1, comparedUs: 2, differences: many });
    expect(report).toMatchObject({ baselineUs: 1, comparedUs: 2, appeared: 100, vanished: 1, changed: 1 });
    expect(report?.first).toHaveLength(20);
    expect(report?.first.slice(0, 2)).toEqual([
      { change: 'changed', path: 'b', what: 'dataType: Double → Int32, unit: none → K' },
      { change: 'vanished', path: 'gone', what: null },
    ]);
  });
});
