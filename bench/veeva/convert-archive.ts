import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { bounded } from '#framework';
import { z } from 'zod';

import { type Figure, figure, median } from '../figures.ts';
import { writeArchive } from './archive-file.ts';

const CONTENDER = fileURLToPath(new URL('./archive-contender.ts', import.meta.url));
const MOST_MB = 400;

const Timing = z.object({
  seconds: z.number(),
  cpuSeconds: z.number(),
  rows: z.number(),
  peakMb: z.number(),
});
type Timing = z.infer<typeof Timing>;

export interface ArchiveSizes {
  /** Of CSV in the archive that is raced. */
  readonly megabytes: number;
  /** Further sizes at which memory is measured. */
  readonly others: readonly number[];
  readonly rounds: number;
  readonly threads: number;
  readonly seed: number;
}

/** One archive to Parquet, by the product's own way, beside DuckDB's COPY of its unpacked CSV, in turn. */
export async function archiveFigures(sizes: ArchiveSizes): Promise<Figure[]> {
  const raced = await inFolder((folder) => race(folder, sizes));
  const peaks: (readonly [megabytes: number, peakMb: number])[] = [[sizes.megabytes, raced.peakMb]];
  for (const megabytes of sizes.others) {
    peaks.push([megabytes, await inFolder((folder) => peakAt(folder, { ...sizes, megabytes }))]);
  }
  return [...raced.figures, ...peakFigures(peaks)];
}

/** Every size has a folder of its own, so that the disk holds one at a time. */
async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'windrow-bench-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface Raced {
  readonly figures: Figure[];
  readonly peakMb: number;
}

async function race(folder: string, { megabytes, rounds, threads, seed }: ArchiveSizes): Promise<Raced> {
  const archive = await writeArchive(folder, { bytes: megabytes * 1e6, seed, extracts: 1 });
  const [member] = archive.members;
  if (member === undefined) throw new Error('The archive is empty.');
  const ours: Timing[] = [];
  const theirs: Timing[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const directory = join(folder, `round-${round}`);
    ours.push(await compete('windrow', { source: archive.path, directory, threads }));
    if (round === 0) await compete('compare', { source: member.path, directory, threads });
    theirs.push(await compete('duckdb', { source: member.path, directory, threads }));
    await rm(directory, { recursive: true });
  }
  requireRows([...ours, ...theirs], archive.rows);
  const peakMb = Math.max(...ours.map((timing) => timing.peakMb));
  return { figures: raceFigures({ megabytes: member.bytes / 1e6, threads, ours, theirs }), peakMb };
}

interface Contest {
  readonly source: string;
  readonly directory: string;
  readonly threads: number;
}

async function compete(name: string, { source, directory, threads }: Contest): Promise<Timing> {
  const { stdout } = await promisify(execFile)(process.execPath, [CONTENDER, name, source, directory, String(threads)]);
  return Timing.parse(JSON.parse(stdout));
}

function requireRows(timings: readonly Timing[], rows: number): void {
  const wrong = timings.find((timing) => timing.rows !== rows);
  if (wrong !== undefined) throw new Error(`A side converted ${wrong.rows} rows of ${rows}.`);
}

interface Results {
  readonly megabytes: number;
  readonly threads: number;
  readonly ours: readonly Timing[];
  readonly theirs: readonly Timing[];
}

function raceFigures({ megabytes, threads, ours, theirs }: Results): Figure[] {
  const speed = (side: readonly Timing[], seconds: 'seconds' | 'cpuSeconds'): number =>
    megabytes / median(side.map((timing) => timing[seconds]));
  // Each round is compared with itself: what else the machine does changes from round to round.
  const ratio = (seconds: 'seconds' | 'cpuSeconds'): number =>
    median(ours.map((timing, round) => (theirs[round]?.[seconds] ?? Number.NaN) / timing[seconds]));
  return [
    figure({ name: 'convert: CSV in the archive', value: megabytes, unit: 'MB' }),
    figure({ name: 'convert: threads of each side', value: threads, unit: 'threads' }),
    figure({ name: 'convert: archive to Parquet', value: speed(ours, 'seconds'), unit: 'MB/s' }),
    figure({ name: 'convert: DuckDB COPY of the unpacked CSV', value: speed(theirs, 'seconds'), unit: 'MB/s' }),
    figure({ name: 'convert: ours / DuckDB', value: ratio('seconds'), unit: 'ratio', atLeast: 1 }),
    figure({ name: 'convert: ours / DuckDB, by processor time', value: ratio('cpuSeconds'), unit: 'ratio' }),
    figure({
      name: 'convert: peak memory of DuckDB',
      value: Math.max(...theirs.map((timing) => timing.peakMb)),
      unit: 'MB',
    }),
  ];
}

async function peakAt(folder: string, { megabytes, threads, seed }: ArchiveSizes): Promise<number> {
  const archive = await writeArchive(folder, { bytes: megabytes * 1e6, seed, extracts: 1 });
  await bounded(archive.members, { atMost: 1 }, ({ path }) => rm(path));
  const directory = join(folder, 'out');
  const timing = await compete('windrow', { source: archive.path, directory, threads });
  requireRows([timing], archive.rows);
  return timing.peakMb;
}

/** Memory is flat where the largest file takes little more than the smallest. */
const FLAT = 1.25;

function peakFigures(peaks: readonly (readonly [megabytes: number, peakMb: number])[]): Figure[] {
  const bySize = peaks.toSorted(([a], [b]) => a - b);
  const each = bySize.map(([megabytes, value]) =>
    figure({ name: `convert: peak memory at ${megabytes} MB of CSV`, value, unit: 'MB', atMost: MOST_MB }),
  );
  const [first, last] = [bySize.at(0)?.[1] ?? Number.NaN, bySize.at(-1)?.[1] ?? Number.NaN];
  const growth = figure({
    name: 'convert: peak memory, largest / smallest',
    value: last / first,
    unit: 'ratio',
    atMost: FLAT,
  });
  return [...each, growth];
}
