import { packSamples, sliceColumns, unpackSamples, type SampleColumns } from '@telltale/tag-sample';

/** One row of series.latest_page: the latest samples of up to 32 tags, in order of the tags. */
export interface LatestPage {
  readonly page: number;
  /** Bit i: tag page × 32 + i has a sample. */
  readonly present: number;
  readonly data: Buffer;
}

const PAGE_BITS = 5;
const PAGE_TAGS = 1 << PAGE_BITS;

export const pageOf = (tagId: number): number => tagId >> PAGE_BITS;

/** The pages that these tags are on, each once, in order. */
export function pagesOf(tagIds: ArrayLike<number>): number[] {
  const pages = new Set<number>();
  for (let i = 0; i < tagIds.length; i++) pages.add(pageOf(tagIds[i] ?? 0));
  return [...pages].sort((a, b) => a - b);
}

export const tagsOfPage = (page: number): number[] => Array.from({ length: PAGE_TAGS }, (_, bit) => page * PAGE_TAGS + bit);

/** Samples sorted by tag, one per tag, as whole pages. */
export function packPages(columns: SampleColumns): LatestPage[] {
  const { tagIds } = columns;
  const pages: LatestPage[] = [];
  for (let from = 0; from < tagIds.length;) {
    const page = pageOf(tagIds[from] ?? 0);
    let present = 0;
    let to = from;
    for (; to < tagIds.length && pageOf(tagIds[to] ?? 0) === page; to++) present |= 1 << ((tagIds[to] ?? 0) & (PAGE_TAGS - 1));
    pages.push({ page, present, data: packSamples(sliceColumns(columns, from, to)) });
    from = to;
  }
  return pages;
}

/** Throws BatchCodecError when the bytes are damaged. */
export function unpackPage({ page, present, data }: LatestPage): SampleColumns {
  const columns = unpackSamples(0, data);
  for (let bit = 0, at = 0; bit < PAGE_TAGS; bit++) if ((present >>> bit) & 1) columns.tagIds[at++] = page * PAGE_TAGS + bit;
  return columns;
}
