import type { Tag } from '@telltale/plant-registry';
import type { SampleColumns } from '@telltale/tag-sample';

/** Samples of one tag, oldest first. Pieces of a tag follow each other. */
export interface ExportedPiece {
  readonly tag: Pick<Tag, 'path' | 'unit'>;
  readonly samples: SampleColumns;
}

/** Columns of every format, in this order. */
export const EXPORT_COLUMNS = ['tag', 'sourceTime', 'value', 'unit', 'status'] as const;

/** From pieces of samples to the bytes of a file, piece by piece. */
export type FileWriter = (pieces: AsyncIterable<ExportedPiece>) => AsyncGenerator<Uint8Array | string>;
