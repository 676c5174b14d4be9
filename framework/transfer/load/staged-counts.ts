import { DataFailure } from '../../core/failures.ts';
import type { StagedPart } from './load-tables.ts';

export interface StagedCounts {
  /** Undefined where the target gave no answer. */
  readonly rows: number | undefined;
  readonly keys: number | undefined;
}

export interface CountWords {
  /** Who found the rows, for the message: `COPY brought`. */
  readonly found: string;
  /** Code of the failure for other rows than the manifest lists. */
  readonly countCode: string;
  /** Code of the failure for a key that comes twice. */
  readonly keyCode: string;
}

/** Proves that all rows of the manifest came into staging, each key once. */
export function requireStagedCounts(part: StagedPart, { rows, keys }: StagedCounts, words: CountWords): void {
  const what = `${part.extract} ${part.side}`;
  if (rows !== part.rows) {
    throw new DataFailure(
      words.countCode,
      `${what}: ${words.found} ${rows ?? 'no'} rows, the stage manifest lists ${part.rows}. Nothing was applied. ` +
        'Re-run the window from SOURCE_TO_STAGE to write the files anew.',
    );
  }
  if (keys !== rows) {
    throw new DataFailure(
      words.keyCode,
      `${what}: ${rows} rows have only ${keys} different keys (${part.key.join(', ')}). Expected each key once in a window. ` +
        'Nothing was applied; look at the extract in the source file.',
    );
  }
}
