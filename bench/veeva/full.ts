import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { bounded } from '#framework';

import { type Figure, figure } from '../figures.ts';
import { writeArchive } from './archive-file.ts';
import { type ChainTimes, PHASES, timeChain } from './chain.ts';

/** A Full from the simulated Vault through S3 into the simulated Redshift. */
export async function fullFigures(extracts: number, rows: number): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'windrow-bench-'));
  try {
    const shape = { bytes: Infinity, atMostRows: Math.ceil(rows / extracts), seed: 42 };
    const { path, rows: records, members } = await writeArchive(folder, { ...shape, extracts });
    await bounded(members, { atMost: 1 }, (member) => rm(member.path));
    const csvBytes = members.reduce((sum, { bytes }) => sum + bytes, 0);
    // The Vault's own rows are few: its first Full is the archive.
    const times = await timeChain({ extracts: 10, rows: 100, changes: 1, windows: 0, firstFull: { path, records } });
    return figures(times, { extracts, csvBytes });
  } finally {
    await rm(folder, { recursive: true });
  }
}

function figures(
  { full }: ChainTimes,
  { extracts, csvBytes }: { readonly extracts: number; readonly csvBytes: number },
): Figure[] {
  const { own, standIns } = full.cost;
  return [
    figure({ name: 'veeva-full: extracts', value: extracts, unit: 'extracts' }),
    figure({ name: 'veeva-full: rows', value: full.rows, unit: 'rows' }),
    figure({ name: 'veeva-full: CSV', value: csvBytes / 1e6, unit: 'MB' }),
    figure({ name: 'veeva-full: whole run', value: full.total, unit: 's' }),
    ...PHASES.map((phase) => figure({ name: `veeva-full: ${phase}`, value: full[phase], unit: 's' })),
    figure({ name: 'veeva-full: whole run', value: full.rows / full.total, unit: 'rows/s' }),
    figure({ name: 'veeva-full: source_to_stage', value: full.rows / full.source_to_stage, unit: 'rows/s' }),
    figure({ name: 'veeva-full: processor time of Windrow and its database', value: own, unit: 's' }),
    figure({ name: 'veeva-full: processor time of the stand-ins', value: standIns, unit: 's' }),
    figure({
      name: 'veeva-full: share of the stand-ins in processor time',
      value: standIns / (own + standIns),
      unit: 'ratio',
    }),
  ];
}
