import { describe, expect, it } from '@jest/globals';
import { PlantClock } from './plant-clock.js';

describe('PlantClock', () => {
  it('runs faster until it has caught up, and never into the future', () => {
    let wall = 1_000_000e6;
    const clock = new PlantClock({ startUs: wall - 600e6, speed: 60 }, () => wall);
    expect(clock.now()).toBe(wall - 600e6);
    wall += 5e6;
    expect(clock.now()).toBe(1_000_000e6 - 600e6 + 300e6);
    expect(clock.speed).toBe(60);
    wall += 100e6;
    expect(clock.now()).toBe(wall);
    expect(clock.speed).toBe(1);
  });

  it('does not start in the future and does not run backwards', () => {
    let wall = 1_000e6;
    const clock = new PlantClock({ startUs: 2_000e6, speed: 1 }, () => wall);
    expect(clock.now()).toBe(1_000e6);
    wall = 900e6;
    expect(clock.now()).toBe(1_000e6);
  });
});
