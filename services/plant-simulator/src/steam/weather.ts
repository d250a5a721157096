import { bell, smoothNoise } from '../chance/hashed-chance.js';

const DAY_MINUTES = 1440;
const YEAR_DAYS = 365.25;

export interface Climate {
  /** Mean of the year, °C. */
  readonly meanC: number;
  /** Half of the difference between the warmest and the coldest month, °C. */
  readonly seasonC: number;
  /** Half of the difference between day and night, °C. */
  readonly dayC: number;
  /** Local solar time = UTC + this, in minutes. */
  readonly solarOffsetMinutes: number;
}

export interface Weather {
  readonly outsideC: number;
  /** 0 in the night or under cloud, 1 at noon under a clear sky. */
  readonly sunshine: number;
  /** 0 to about 2, scales the drafts. */
  readonly wind: number;
}

/** Weather of one minute (minutes since 1970 UTC): season, day, fronts of a day and a half, clouds. */
export function weatherAt(seed: number, climate: Climate, minute: number): Weather {
  const day = minute / DAY_MINUTES;
  const solarDay = (minute + climate.solarOffsetMinutes) / DAY_MINUTES;
  const season = -Math.cos((2 * Math.PI * (day - 20)) / YEAR_DAYS);
  const cloudiness = Math.min(1, Math.max(0, 0.5 + 0.5 * smoothNoise(seed, 2, minute / 300)));
  // Coldest about 04:00, warmest about 15:00.
  const daily = -Math.cos(2 * Math.PI * (solarDay - 3.5 / 24)) * (1.2 - 0.6 * cloudiness);
  const front = 3.2 * smoothNoise(seed, 1, minute / 2160);
  const elevation = -Math.cos(2 * Math.PI * solarDay) + 0.25 * season;
  const gust = 0.15 * bell(seed, 3, minute);
  return {
    outsideC: climate.meanC + climate.seasonC * season + climate.dayC * daily + front,
    sunshine: Math.max(0, elevation) * (1 - 0.85 * cloudiness),
    wind: Math.max(0, 0.8 + 0.5 * smoothNoise(seed, 4, minute / 180) + gust),
  };
}
