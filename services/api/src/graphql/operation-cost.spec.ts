import { beforeAll, describe, expect, it } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, validate, type GraphQLSchema } from 'graphql';
import { buildApiSchema } from '../print-schema.js';
import { checkCost, MOST_POINTS, operationCost } from './operation-cost.js';

let schema: GraphQLSchema;
beforeAll(async () => {
  schema = await buildApiSchema();
});
const cost = (text: string, variables: Record<string, unknown> = {}): number => operationCost(schema, parse(text), variables);

const DAY_MS = 86_400_000;
const FROM = '2026-01-01T00:00:00.000Z';
const until = (days: number): string => new Date(Date.parse(FROM) + days * DAY_MS).toISOString();

/** Operations of the console, as they stand in its files, each with its largest variables. */
const console = join(import.meta.dirname, '../../../console/src');
const texts = globSync('**/*.documents.ts', { cwd: console }).concat('documents.fragments.ts').flatMap((file) => [...readFileSync(join(console, file), 'utf8').matchAll(/graphql\(`([^`]*)`\)/g)].map(([, text]) => text ?? ''));
const fragments = new Map(texts.filter((text) => text.trim().startsWith('fragment')).map((text) => [/fragment (\w+)/.exec(text)?.[1] ?? '', text]));
const withFragments = (text: string, seen = new Set<string>()): string =>
  [...text.matchAll(/\.\.\.(\w+)/g)].reduce((all, [, name = '']) => (seen.has(name) ? all : `${all}\n${withFragments(fragments.get(name) ?? '', seen.add(name))}`), text);
const operations = texts.filter((text) => /^\s*(query|mutation|subscription)/.test(text)).map((text) => ({ name: /(?:query|mutation|subscription) (\w+)/.exec(text)?.[1] ?? '', text: withFragments(text) }));
const LARGEST = {
  siteId: 'sit_1', id: 'x', tagId: 'tag_1', alarmId: 'alm_1', lineId: 'equ_1', from: FROM, to: until(32), asOf: null, first: 500, after: null, filter: null, bucketSeconds: 600,
  tagIds: Array.from({ length: 20 }, () => 'tag_1'), states: [], email: 'a', password: 'b', comment: 'c', personId: null, until: FROM, reason: 'r', outcome: 'TEST',
};

describe('what an operation costs', () => {
  it('was found for every operation of the console', () => {
    expect(operations.length).toBeGreaterThan(20);
  });

  it.each(operations)('lets the console ask for $name', ({ text, name }) => {
    expect(validate(schema, parse(text)).map(({ message }) => message)).toEqual([]);
    expect(cost(text, name === 'Overview' ? { ...LARGEST, to: until(2) } : LARGEST)).toBeLessThanOrEqual(MOST_POINTS / 2);
  });

  it.each([
    ['more buckets than a database reads in passing', 'query ($ids: [ID!]!) { buckets(tagIds: $ids, from: "2026-01-01T00:00:00Z", to: "2026-01-10T00:00:00Z", bucketSeconds: 60) { completeness } }', { ids: Array.from({ length: 100 }, () => 'tag_1') }],
    ['the evidence of every leak', '{ leakAlerts(siteId: "sit_1", first: 100) { evidence { summary } } }', {}],
    ['lists in lists in lists', '{ sites { lines { shifts(from: "2026-01-01T00:00:00Z", to: "2026-01-30T00:00:00Z") { products { figures { oee } } } } } }', {}],
    ['the same through a fragment', '{ sites { ...a } } fragment a on Site { lines { shifts(from: "2026-01-01T00:00:00Z", to: "2026-01-30T00:00:00Z") { ...b } } } fragment b on ShiftYield { products { figures { oee } } }', {}],
    ['three months that are read for a few interpolated values each', `{ ${'abc'.split('').map((alias) => `${alias}: interpolatedValues(tagId: "tag_1", from: "2026-01-01T00:00:00Z", to: "2026-01-31T00:00:00Z", stepSeconds: 86400) { values { value } }`).join(' ')} }`, {}],
    ['much in the second of two operations', 'query a { me { id } } query b { leakAlerts(siteId: "sit_1", first: 500) { evidence { summary } } }', {}],
  ])('refuses %s', (_name, text, variables) => {
    expect(validate(schema, parse(text))).toEqual([]);
    expect(() => checkCost(schema, parse(text), variables)).toThrow(expect.objectContaining({ extensions: { code: 'OPERATION_TOO_LARGE' } }));
  });

  it('does not grow with fragments that are spread often', () => {
    const levels = Array.from({ length: 30 }, (_, i) => `fragment f${i} on Site { ...f${i + 1} ...f${i + 1} }`).join(' ');
    // Looked at once per spread, the 2^30 of them would outlast this test by far.
    expect(cost(`{ sites { ...f0 } } ${levels} fragment f30 on Site { id }`)).toBeGreaterThan(0);
  });
});
