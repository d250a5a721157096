import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { blocksOf, fillBlocks } from './connector-readme.mts';

const manifest = { name: 'x', connector: { type: 'press', title: 'Press', capabilities: ['poll'], maturity: 'beta' } };
const pressSettingsSchema = z
  .strictObject({
    host: z.string().describe('Where.'),
    speed: z.int().min(1).max(9).default(3).describe('How fast.'),
    identity: z.discriminatedUnion('kind', [z.strictObject({ kind: z.literal('none') }), z.strictObject({ kind: z.literal('user'), name: z.string().describe('Who.') })]),
  })
  .transform(({ host }) => host);
const pressAddressSchema = z.strictObject({ lamp: z.strictObject({ row: z.number().positive().describe('Which row.') }).optional(), colour: z.enum(['red', 'green']).default('red') });

describe('the tables of a connector', () => {
  const blocks = blocksOf(manifest, { pressSettingsSchema, pressAddressSchema });

  test('tell field, value, default and meaning as a person writes them', () => {
    expect(blocks['manifest']).toBe('Connector type `press` · capabilities: poll · beta');
    expect(blocks['settings']?.split('\n')).toEqual([
      '| field | value | default | meaning |',
      '|---|---|---|---|',
      '| `host` | text | needed | Where. |',
      '| `speed` | whole number 1–9 | `3` | How fast. |',
      '| `identity` | `{ kind: "none" }` or `{ kind: "user", name }` | needed |  |',
      '| `identity.name` | text | needed | Who. With kind `user`. |',
    ]);
    expect(blocks['tags']).toContain('| `lamp.row` | number above 0 | needed | Which row. |');
    expect(blocks['tags']).toContain('| `colour` | `red`, `green` | `red` |  |');
  });

  test('replace what stands between the marks, and nothing else', () => {
    const text = 'a\n<!-- generated: one -->\nold\n<!-- end -->\nb\n';
    expect(fillBlocks('README.md', text, { one: 'new' })).toBe('a\n<!-- generated: one -->\nnew\n<!-- end -->\nb\n');
    expect(() => fillBlocks('README.md', text, { one: 'new', two: 'more' })).toThrow('README.md: put <!-- generated: two -->');
    expect(() => fillBlocks('README.md', text, { two: 'more' })).toThrow('there is no generated block "one"');
  });

  test('need both schemas', () => {
    expect(() => blocksOf(manifest, { pressSettingsSchema })).toThrow('exports no …AddressSchema');
  });
});
