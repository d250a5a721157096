import { useMemo } from 'react';
import type { StripMarker, StripSensor } from '../../charts/pipe-strip.types';
import type { LeakRowPartsFragment, PipeSensorPartsFragment } from '../../generated/graphql';
import { useLiveValues } from '../../live/live-values';

/** Sensors of a pipe with the newest live value on top of what the query gave. */
export function useStripSensors(sensors: readonly PipeSensorPartsFragment[]): readonly StripSensor[] {
  const ids = sensors.map(({ tag }) => tag.id).join(' ');
  const tagIds = useMemo(() => ids.split(' ').filter(Boolean), [ids]);
  const live = useLiveValues(tagIds);
  return useMemo(
    () =>
      sensors.map(({ tag, positionM, expected, excess }) => {
        const newer = live.get(tag.id);
        const latest = newer && (!tag.latest || newer.sourceTime >= tag.latest.sourceTime) ? newer : tag.latest;
        const value = latest?.value ?? null;
        const known = expected ?? null;
        return {
          tagId: tag.id,
          name: tag.name,
          unit: tag.unit,
          positionM,
          value,
          expected: known,
          excess: known !== null && value !== null ? value - known : (excess ?? null),
          quality: latest?.quality ?? null,
          stale: latest?.stale ?? true,
        };
      }),
    [sensors, live],
  );
}

export const markerOf = (leak: LeakRowPartsFragment): StripMarker => ({
  id: leak.id,
  positionM: leak.place.positionM,
  plusMinusM: leak.place.plusMinusM,
  priority: leak.alarm.priority,
  isSeen: leak.alarm.state !== 'UNACKNOWLEDGED' && leak.alarm.state !== 'RETURNED_UNACKNOWLEDGED',
});
