import { describe, expect, it } from '@jest/globals';
import { plantLayout } from '../plant-simulator.service.js';
import { SITES } from './plant-layout.js';

describe.each(SITES)('layout of %s', (site) => {
  const layout = plantLayout(site);
  const tagPaths = new Set(layout.tags.map(({ path }) => path));
  const equipmentPaths = new Set(layout.equipment.map(({ path }) => path));

  it('has unique tags, each below its equipment and on a known endpoint', () => {
    expect(tagPaths.size).toBe(layout.tags.length);
    for (const tag of layout.tags) {
      expect(equipmentPaths).toContain(tag.equipmentPath);
      expect(tag.path.startsWith(`${tag.equipmentPath}/`)).toBe(true);
      expect(layout.endpoints.map(({ name }) => name)).toContain(tag.endpoint);
      expect(tag.rangeHigh).toBeGreaterThan(tag.rangeLow);
    }
  });

  it('names parents before children', () => {
    const seen = new Set<string>();
    for (const { path, parentPath } of layout.equipment) {
      if (parentPath !== undefined) expect(seen).toContain(parentPath);
      seen.add(path);
    }
  });

  it('refers to tags and equipment that exist', () => {
    for (const run of layout.pipeRuns) {
      for (const path of [run.pressureTagPath, run.pipeTemperatureTagPath, ...run.sensors.map(({ tagPath }) => tagPath)]) expect(tagPaths).toContain(path);
      for (const [i, { positionM }] of run.sensors.entries()) expect(positionM).toBe(i * 1.5);
    }
    for (const setup of layout.lineSetups)
      for (const path of [setup.stateTagPath, setup.goodTagPath, setup.rejectTagPath, setup.productTagPath, setup.speedTagPath, setup.energyTagPath, setup.materialTagPath])
        expect(tagPaths).toContain(path);
    for (const product of layout.products) for (const rate of product.rates) expect(equipmentPaths).toContain(rate.equipmentPath);
  });
});

it('has three pipe runs and at least 330 air-temperature sensors', () => {
  const { pipeRuns } = plantLayout('ludwigshafen');
  expect(pipeRuns).toHaveLength(3);
  expect(pipeRuns.reduce((sum, run) => sum + run.sensors.length, 0)).toBeGreaterThanOrEqual(330);
});
