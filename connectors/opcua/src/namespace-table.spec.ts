import { describe, expect, test } from '@jest/globals';
import { NamespaceTable } from './namespace-table.js';
import { formatNodeReference, parseNodeReference, type NodeReference } from './opcua.address.js';

function reference(text: string): NodeReference {
  const parsed = parseNodeReference(text);
  if (!parsed) throw new Error(text);
  return parsed;
}
const OPC = 'http://opcfoundation.org/UA/';

describe('node references', () => {
  test.each([
    ['nsu=urn:plant;s=Line1.Speed', { uri: 'urn:plant' }, 's=Line1.Speed'],
    ['nsu=urn:a%3Bb%25c;i=7', { uri: 'urn:a;b%c' }, 'i=7'],
    ['ns=3;g=09087e75-8e5e-499b-954f-f2a9603db28a', { index: 3 }, 'g=09087e75-8e5e-499b-954f-f2a9603db28a'],
    ['ns=2;b=M/RbKBsRVkePCePcx24oRA==', { index: 2 }, 'b=M/RbKBsRVkePCePcx24oRA=='],
    ['i=2258', undefined, 'i=2258'],
    ['ns=2;s=with;semicolon=and spaces\n', { index: 2 }, 's=with;semicolon=and spaces\n'],
  ])('%s', (text, namespace, identifier) => {
    expect(parseNodeReference(text)).toEqual({ namespace, identifier });
  });

  test.each(['', 'x=1', 'ns=2', 'ns=;s=a', 'ns=2;i=', 'ns=2;i=4294967296', 'ns=2;i=1.5', 'ns=2;g=1', 'ns=2;b=*', 'nsu=;s=a', 's='])('%j is none', (text) => {
    expect(parseNodeReference(text)).toBeUndefined();
  });

  test('what is formatted can be parsed', () => {
    expect(parseNodeReference(formatNodeReference('urn:50%;x', 's=a'))).toEqual({ namespace: { uri: 'urn:50%;x' }, identifier: 's=a' });
  });
});

describe('namespace table', () => {
  test('resolves by URI whatever the index', () => {
    const table = new NamespaceTable();
    table.update([OPC, 'urn:server', 'urn:plant']);
    expect(table.resolve(reference('nsu=urn:plant;s=a'))).toBe('ns=2;s=a');
    expect(table.update([OPC, 'urn:server', 'urn:new', 'urn:plant'])).toBe(true);
    expect(table.resolve(reference('nsu=urn:plant;s=a'))).toBe('ns=3;s=a');
    expect(table.resolve(reference('nsu=urn:absent;s=a'))).toBeUndefined();
    expect(table.resolve(reference(`nsu=${OPC};i=85`))).toBe('i=85');
    expect(table.resolve(reference('i=2258'))).toBe('i=2258');
  });

  test('an index keeps the meaning that it first had, also over a restart of ours', () => {
    const table = new NamespaceTable();
    table.update([OPC, 'urn:server', 'urn:plant']);
    expect(table.resolve(reference('ns=2;s=a'))).toBe('ns=2;s=a');
    const later = new NamespaceTable(table.ties);
    later.update([OPC, 'urn:server', 'urn:new', 'urn:plant']);
    expect(later.resolve(reference('ns=2;s=a'))).toBe('ns=3;s=a');
    later.update([OPC, 'urn:server']);
    expect(later.resolve(reference('ns=2;s=a'))).toBeUndefined();
    expect(later.resolve(reference('ns=9;s=a'))).toBeUndefined();
  });

  test('addresses that are browsed carry the URI', () => {
    const table = new NamespaceTable();
    table.update([OPC, 'urn:server', 'urn:plant']);
    expect(table.format(2, 's=a')).toBe('nsu=urn:plant;s=a');
    expect(table.format(0, 'i=85')).toBe('i=85');
  });
});
