import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isSlug, parentPath, parseEquipmentPath, parseSlug, parseTagPath, placeSensors } from './index.js';

const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'valid';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'other';
  }
};
const aSlug = fc.stringMatching(/^[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,3}$/);

describe('a tag path', () => {
  it.each([
    [
      'acme/ludwigshafen/steam/line-3/air-temperature-012',
      'acme',
      'ludwigshafen',
      ['steam', 'line-3'],
      'air-temperature-012',
    ],
    ['acme/ludwigshafen/outdoor-temperature', 'acme', 'ludwigshafen', [], 'outdoor-temperature'],
    ['a/b/c/d/e/f', 'a', 'b', ['c', 'd', 'e'], 'f'],
  ])('%s has its parts', (text, enterprise, site, equipment, tag) => {
    expect(parseTagPath(text)).toEqual({ text, enterprise, site, equipment, tag });
  });

  it.each([
    '',
    'acme',
    'acme/plant',
    'acme//tag',
    '/acme/plant/tag',
    'acme/plant/tag/',
    'acme/plant/Tag',
    'acme/plant/t_g',
    'acme/plant/-tag',
    'acme/plant/a--b',
    'acme/plant/ä',
    'acme/../tag',
    'a/b/c/d/e/f/g',
    `acme/plant/${'x'.repeat(64)}`,
    "acme/plant/t'g",
  ])('is not %j', (text) => expect(codeOf(() => parseTagPath(text))).toBe('TAG_PATH_INVALID'));
});

describe('an equipment path', () => {
  it('has a parent until the area', () => {
    const parents = ['packaging/line-1/filler', 'packaging/line-1', 'packaging'].map((text) =>
      parentPath(parseEquipmentPath(text)),
    );
    expect(parents).toEqual(['packaging/line-1', 'packaging', null]);
  });
  it.each(['', 'a/b/c/d', 'Packaging', 'packaging/'])('is not %j', (text) => {
    expect(codeOf(() => parseEquipmentPath(text))).toBe('EQUIPMENT_PATH_INVALID');
  });
  it('is made of slugs', () => {
    fc.assert(
      fc.property(aSlug, (slug) =>
        expect([isSlug(slug), parseSlug(slug), parseEquipmentPath(slug).slugs]).toEqual([true, slug, [slug]]),
      ),
    );
  });
});

describe('sensors along a pipe run', () => {
  it('come in the order of their places', () => {
    const sensors = [3, 0, 1.5].map((positionM, index) => ({ tagId: index + 1, positionM }));
    expect(placeSensors(3, sensors).map(({ tagId }) => tagId)).toEqual([2, 3, 1]);
    expect(sensors[0]?.positionM).toBe(3);
  });
  it.each([
    ['beyond the end', 3, [3.1]],
    ['before the beginning', 3, [-0.1]],
    ['nowhere', 3, [Number.NaN]],
    ['two at one place', 3, [1, 1]],
    ['no length', 0, [0]],
  ])('are refused: %s', (_name, lengthM, positions) => {
    const sensors = positions.map((positionM, index) => ({ tagId: index + 1, positionM }));
    expect(codeOf(() => placeSensors(lengthM, sensors))).toBe('SENSOR_POSITIONS_INVALID');
  });
});
