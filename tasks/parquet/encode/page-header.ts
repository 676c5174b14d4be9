import { type Thrift, int32, struct } from './thrift.ts';

/** Parquet's numbers for how values are written. */
export const ENCODINGS = { plain: int32(0), levels: int32(3), dictionary: int32(8) } as const;

export type Page =
  | { readonly kind: 'dictionary'; readonly values: number }
  /** `values` counts NULL too. */
  | { readonly kind: 'data'; readonly values: number; readonly encoding: 'plain' | 'dictionary' };

interface PageBytes {
  readonly uncompressed: number;
  readonly compressed: number;
}

const [DATA_PAGE, DICTIONARY_PAGE] = [int32(0), int32(2)];

/** What stands before the bytes of a page. */
export function pageHeader(page: Page, { uncompressed, compressed }: PageBytes): Uint8Array {
  return struct({
    1: page.kind === 'data' ? DATA_PAGE : DICTIONARY_PAGE,
    2: int32(uncompressed),
    3: int32(compressed),
    5: page.kind === 'data' ? dataPage(page.values, ENCODINGS[page.encoding]) : undefined,
    7: page.kind === 'dictionary' ? struct({ 1: int32(page.values), 2: ENCODINGS.plain }) : undefined,
  }).bytes;
}

function dataPage(values: number, encoding: Thrift): Thrift {
  return struct({ 1: int32(values), 2: encoding, 3: ENCODINGS.levels, 4: ENCODINGS.levels });
}
