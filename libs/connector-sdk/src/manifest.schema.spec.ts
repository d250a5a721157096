import { describe, expect, test } from '@jest/globals';
import { parseManifest } from './manifest.schema.js';

const valid = { connector: { type: 'opcua', title: 'OPC UA', capabilities: ['subscribe', 'browse'], maturity: 'beta' } };

describe('connector manifest', () => {
  test('is read from package.json', () => {
    expect(parseManifest('@telltale/connector-opcua', { name: 'x', ...valid })).toEqual(valid.connector);
  });

  test.each([
    ['no manifest', {}, /"connector"/],
    ['upper case type', { connector: { ...valid.connector, type: 'OPC' } }, /connector\.type.*lower case/],
    ['unknown capability', { connector: { ...valid.connector, capabilities: ['write'] } }, /connector\.capabilities/],
    ['no live capability', { connector: { ...valid.connector, capabilities: ['browse'] } }, /poll or subscribe/],
    ['twice', { connector: { ...valid.connector, capabilities: ['poll', 'poll'] } }, /twice/],
    ['unknown field', { connector: { ...valid.connector, writes: true } }, /"connector"/],
  ])('%s is one clear sentence', (_name, json, message) => {
    expect(() => parseManifest('@telltale/connector-x', json)).toThrow(message);
    expect(() => parseManifest('@telltale/connector-x', json)).toThrow(/^@telltale\/connector-x: /);
  });
});
