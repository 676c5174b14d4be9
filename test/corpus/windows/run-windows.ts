import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';

import { openConverter } from '#tasks/parquet';

import { openGround } from '../../tasks/redshift-ground.ts';
import { history } from './history.ts';
import { hostileDuckDb, hostileRedshift } from './hostile-targets.ts';
import { runHistory } from './run-history.ts';

const WINDOWS_OF_A_HISTORY = 10;

/** Histories that run at once, each lane in its own databases: a window waits for PostgreSQL half of its time. */
const LANES = 2;

/** Runs at least so many windows in histories of their own, and returns how many tables were compared. */
export async function runWindows(windows: number, seed: number): Promise<number> {
  const histories = Math.ceil(windows / WINDOWS_OF_A_HISTORY / LANES);
  const lanes = Array.from({ length: LANES }, (_, lane) => runLane(histories, seed * LANES + lane));
  const compared = await Promise.all(lanes);
  return compared.reduce((sum, tables) => sum + tables);
}

async function runLane(histories: number, seed: number): Promise<number> {
  let [number, compared] = [0, 0];
  let place = await openPlace();
  const converter = openConverter({ threads: 1 });
  try {
    await fc.assert(
      fc.asyncProperty(history(WINDOWS_OF_A_HISTORY), async (windows) => {
        number += 1;
        if (number % HISTORIES_OF_A_PLACE === 0) {
          tell(`${number} of ${histories} histories in lane ${seed % LANES}`);
          const next = await openPlace();
          await place.close();
          place = next;
        }
        compared += await runHistory(number, windows, { ...place, converter });
      }),
      { numRuns: histories, seed, endOnFailure: true },
    );
  } finally {
    await converter.close();
    await place.close();
  }
  return compared;
}

/** With the tables of fifty histories in its databases a lane took a third longer for each further one. */
const HISTORIES_OF_A_PLACE = 20;

/** Empty targets and stores for some histories. */
async function openPlace() {
  const directory = await mkdtemp(join(tmpdir(), 'windrow-hostile-'));
  const ground = await openGround();
  return {
    directory,
    store: ground.store,
    targets: [hostileRedshift(ground), hostileDuckDb(ground, directory)],
    close: async () => {
      await ground.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A long run tells how far it is. */
function tell(line: string): void {
  process.stderr.write(`hostile windows: ${line}, ${new Date().toISOString()}\n`);
}
