import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { openConverter } from '#tasks/parquet';

import { median } from '../figures.ts';
import { COLUMNS, writeVaultCsv } from './vault-csv.ts';

const EXTRACTS = 40;
const ROUNDS = 7;

/** Milliseconds per extract where a window brings many extracts of a few rows, with warm threads. */
export async function smallExtracts(directory: string, threads: number): Promise<number> {
  await mkdir(directory);
  const source = join(directory, 'small.csv');
  await writeVaultCsv(source, { bytes: 1250, seed: 1 });
  const converter = openConverter({ threads });
  const rounds: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const begun = performance.now();
    const request = { source, extract: 'Object.product__v', columns: COLUMNS, key: ['id'], directory };
    const work = Array.from({ length: EXTRACTS }, (_, index) =>
      converter.convert({ ...request, name: `small-${index}`, format: 'parquet' }),
    );
    await Promise.all(work);
    rounds.push((performance.now() - begun) / EXTRACTS);
  }
  await converter.close();
  return median(rounds.slice(1));
}
