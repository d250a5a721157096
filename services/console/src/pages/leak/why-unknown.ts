import type { LossPartsFragment } from '../../generated/graphql';
import type { Text } from '../../i18n/text';

type Loss = Pick<LossPartsFragment, 'kgPerHour' | 'perHour'>;

const isMissing = (value: unknown): boolean => value === null || value === undefined;

/** Why there is a dash where an amount of money should stand; undefined where there is none. */
export function whyNoMoney({ kgPerHour, perHour }: Loss, t: Text): string | undefined {
  if (!isMissing(perHour)) return undefined;
  return t(isMissing(kgPerHour) ? 'leak.noLoss' : 'leak.noPrice');
}

/** Why there is a dash where an amount reckoned from the mass should stand. */
export function whyNoAmount(value: number | null | undefined, { kgPerHour }: Pick<Loss, 'kgPerHour'>, missing: 'leak.noEnergy' | 'leak.noCo2', t: Text): string | undefined {
  if (!isMissing(value)) return undefined;
  return t(isMissing(kgPerHour) ? 'leak.noLoss' : missing);
}
