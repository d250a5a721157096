import { describe, expect, test } from '@jest/globals';
import { compareBrowses } from './browse-difference.js';
import type { BrowsedTag } from './browsed-tag.js';

const tag = (path: string, more: Partial<BrowsedTag> = {}): BrowsedTag => ({ path, address: { nodeId: `s=${path}` }, dataType: 'Double', ...more });

describe('two browses of a device', () => {
  test('the same tree in another order differs in nothing', () => {
    expect(compareBrowses([tag('a'), tag('b', { address: { nodeId: 's=b', member: 'x' } })], [tag('b', { address: { member: 'x', nodeId: 's=b' } }), tag('a')])).toEqual([]);
  });

  test('what appeared, vanished and changed, by path', () => {
    const [was, is] = [tag('b'), tag('b', { dataType: 'Float', unit: '°C' })];
    expect(compareBrowses([was, tag('c')], [tag('a'), is])).toEqual([
      { change: 'appeared', path: 'a', after: tag('a') },
      { change: 'changed', path: 'b', what: ['dataType', 'unit'], before: was, after: is },
      { change: 'vanished', path: 'c', before: tag('c') },
    ]);
  });

  test('another address under the same path is a change', () => {
    expect(compareBrowses([tag('a')], [tag('a', { address: { nodeId: 's=other' } })])).toMatchObject([{ change: 'changed', what: ['address'] }]);
  });

  test('nodes of one path are told apart by their address', () => {
    const [one, two, three] = ['1', '2', '3'].map((id) => tag('a', { address: { nodeId: `s=${id}` } }));
    if (!one || !two || !three) throw new Error('three tags');
    expect(compareBrowses([one, two], [two, three]).map(({ change }) => change)).toEqual(['vanished', 'appeared']);
    expect(compareBrowses([one, two], [{ ...one, dataType: 'Float' }, two])).toMatchObject([{ change: 'changed', what: ['dataType'] }]);
  });
});
