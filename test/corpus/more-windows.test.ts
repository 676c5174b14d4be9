import { describe, expect, it } from 'vitest';

import { runWindows } from './windows/run-windows.ts';

/** A file of its own, so that it runs beside `windows.test.ts`. */
const WINDOWS = 260;
const SEED = 20_260_121;

describe('more hostile windows', () => {
  it(
    `leave every cell of Redshift and DuckDB as the truth has it (${WINDOWS} windows, seed ${SEED})`,
    async () => {
      expect(await runWindows(WINDOWS, SEED)).toBeGreaterThan(2 * WINDOWS);
    },
    WINDOWS * 3000,
  );
});
