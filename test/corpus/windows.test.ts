import { describe, expect, it } from 'vitest';

import { runWindows } from './windows/run-windows.ts';

/** `CORPUS_WINDOWS=10000 CORPUS_SEED=7 npm test -- test/corpus/windows.test.ts` takes more of them, and others. */
const WINDOWS = Number(process.env['CORPUS_WINDOWS'] ?? 260);
const SEED = Number(process.env['CORPUS_SEED'] ?? 20_260_120);

describe('hostile windows', () => {
  it(
    `leave every cell of Redshift and DuckDB as the truth has it, window by window (${WINDOWS} windows, seed ${SEED})`,
    async () => {
      expect(await runWindows(WINDOWS, SEED)).toBeGreaterThan(2 * WINDOWS);
    },
    WINDOWS * 3000,
  );
});
