import type { TimeUs } from '@telltale/tag-sample';

/** One variable of a device, as browsing finds it. */
export interface BrowsedTag {
  /** Path below the browse root, `/`-separated. */
  readonly path: string;
  readonly address: Readonly<Record<string, unknown>>;
  readonly dataType: string;
  readonly unit?: string;
  /** What the numbers of an enumeration mean. */
  readonly meanings?: Readonly<Record<string, string>>;
}

/** How one node of a device differs between two browses of it. */
export type BrowseDifference =
  | { readonly change: 'appeared'; readonly path: string; readonly after: BrowsedTag }
  | { readonly change: 'vanished'; readonly path: string; readonly before: BrowsedTag }
  /** Same path, other address, data type, unit or meanings. */
  | { readonly change: 'changed'; readonly path: string; readonly what: readonly ChangedField[]; readonly before: BrowsedTag; readonly after: BrowsedTag };

export const COMPARED_FIELDS = ['address', 'dataType', 'unit', 'meanings'] as const;
export type ChangedField = (typeof COMPARED_FIELDS)[number];

/** Differences between the device's tree and its baseline. */
export interface ModelChange {
  readonly baselineUs: TimeUs;
  readonly comparedUs: TimeUs;
  readonly differences: readonly BrowseDifference[];
}
