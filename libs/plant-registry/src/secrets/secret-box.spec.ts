import { describe, expect, test } from '@jest/globals';
import { SecretBox, type SecretPlace } from './secret-box.js';
import { newSecretKey, SecretKeys } from './secret-keys.js';

const place: SecretPlace = { tenantId: 7, table: 'notification_channel', column: 'secret', rowId: 3 };
const [old, young] = [newSecretKey(), newSecretKey()];
const box = (...keys: string[]): SecretBox => new SecretBox(SecretKeys.parse(keys.join('\n')));
const codeOf = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
};

describe('a sealed secret', () => {
  test('opens at its place, shows nothing, and looks different each time', () => {
    const [first, second] = [box(old).seal('whsec_ä', place), box(old).seal('whsec_ä', place)];
    expect(first).not.toBe(second);
    expect(first).not.toContain('whsec');
    expect(first.startsWith(`sealed:v1:${old.split(':')[0]}:`)).toBe(true);
    expect(box(old).open(first, place)).toBe('whsec_ä');
  });

  test('opens at no other place and not when a bit was changed', () => {
    const sealed = box(old).seal('whsec', place);
    for (const other of [{ tenantId: 8 }, { table: 'endpoint' }, { column: 'url' }, { rowId: 4 }])
      expect(codeOf(() => box(old).open(sealed, { ...place, ...other }))).toBe('SECRET_DAMAGED');
    const flipped = sealed.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')).replace(/(.)(.)$/, '$2$1');
    expect(codeOf(() => box(old).open(flipped, place))).toBe('SECRET_DAMAGED');
  });

  test('is renewed under the new key, without the old one being needed afterwards', () => {
    const sealed = box(old).seal('whsec', place);
    expect(codeOf(() => box(young).open(sealed, place))).toBe('SECRET_KEY_UNKNOWN');
    const renewed = box(young, old).renew(sealed, place) ?? '';
    expect(box(young).open(renewed, place)).toBe('whsec');
    expect(box(young, old).renew(renewed, place)).toBeNull();
  });

  test('that an older release stored in the clear is read and sealed', () => {
    expect(box(old).open('plain', place)).toBe('plain');
    expect(box(old).open(box(old).renew('plain', place) ?? '', place)).toBe('plain');
  });

  test('needs a key', () => {
    const none = new SecretBox(null);
    expect(codeOf(() => none.seal('whsec', place))).toBe('SECRET_KEYS_MISSING');
    expect(codeOf(() => none.open(box(old).seal('whsec', place), place))).toBe('SECRET_KEYS_MISSING');
    expect(none.open('plain', place)).toBe('plain');
  });
});

describe('the keys', () => {
  test.each([
    ['', 'nothing'],
    ['abc', 'no key'],
    ['a:c2hvcnQ=', 'a short key'],
    [`${old}\n${old}`, 'one twice'],
  ])('refuse %j (%s) without showing it', (text) => {
    expect(codeOf(() => SecretKeys.parse(text))).toBe('SECRET_KEYS_INVALID');
    expect(() => SecretKeys.parse(text)).not.toThrow(old.split(':')[1]);
  });
});
