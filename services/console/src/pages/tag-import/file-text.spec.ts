import { describe, expect, it } from '@jest/globals';
import { fileText } from './file-text';

describe('a file of a spreadsheet', () => {
  it.each([
    ['UTF-8', [0xc2, 0xb0, 0x43], { text: '°C', guessed: false }],
    ['UTF-8 with a mark', [0xef, 0xbb, 0xbf, 0x43], { text: 'C', guessed: false }],
    ['UTF-16, little end first', [0xff, 0xfe, 0xb0, 0, 0x43, 0], { text: '°C', guessed: false }],
    ['UTF-16, big end first', [0xfe, 0xff, 0, 0xb0, 0, 0x43], { text: '°C', guessed: false }],
    ['Windows-1252', [0xb0, 0x43, 0x80], { text: '°C€', guessed: true }],
  ])('in %s is read', (_name, bytes, wanted) => expect(fileText(Uint8Array.from(bytes))).toEqual(wanted));
});
