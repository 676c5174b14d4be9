import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { openConverter } from '#tasks/parquet';

import { openGround } from '../tasks/redshift-ground.ts';
import { history } from './windows/history.ts';
import { hostileDuckDb, hostileRedshift } from './windows/hostile-targets.ts';
import { runHistory } from './windows/run-history.ts';

/** `CORPUS_WINDOWS=10000 CORPUS_SEED=7 npm test -- test/corpus/windows.test.ts` takes more of them, and others. */
const WINDOWS = Number(process.env['CORPUS_WINDOWS'] ?? 500);
const SEED = Number(process.env['CORPUS_SEED'] ?? 20_260_120);
const WINDOWS_OF_A_HISTORY = 10;

describe('hostile windows', () => {
  it(
    `leave every cell of Redshift and DuckDB as the truth has it, window by window (${WINDOWS} windows, seed ${SEED})`,
    async () => {
      const directory = await mkdtemp(join(tmpdir(), 'windrow-hostile-'));
      const ground = await openGround();
      const targets = [hostileRedshift(ground), hostileDuckDb(ground, directory)];
      const converter = openConverter({ threads: 1 });
      try {
        let number = 0;
        let compared = 0;
        await fc.assert(
          fc.asyncProperty(history(WINDOWS_OF_A_HISTORY), async (windows) => {
            number += 1;
            compared += await runHistory(number, windows, { store: ground.store, targets, converter, directory });
          }),
          { numRuns: Math.ceil(WINDOWS / WINDOWS_OF_A_HISTORY), seed: SEED, endOnFailure: true },
        );
        expect(compared).toBeGreaterThan(2 * WINDOWS);
      } finally {
        await converter.close();
        await ground.close();
        await rm(directory, { recursive: true, force: true });
      }
    },
    WINDOWS * 3000,
  );
});
