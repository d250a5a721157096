import type { LineStateKind } from '../../generated/graphql';
import type { Text } from '../../i18n/text';

/** The state in the reader's language, with the plant's own word where that says more. */
export function stateLabel(state: LineStateKind, label: string | null | undefined, t: Text): string {
  const text = t(`lineState.${state}`);
  const plain = (word: string): string => word.toLowerCase().replaceAll(/[\s_-]/g, '');
  return label && plain(label) !== plain(text) && plain(label) !== plain(state) ? `${text} (${label})` : text;
}
