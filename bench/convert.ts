import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';

import { z } from 'zod';

import { smallExtracts } from './convert/small-extracts.ts';
import { writeVaultCsv } from './convert/vault-csv.ts';
import { type Figure, figure, median, print } from './figures.ts';

const CONTENDER = fileURLToPath(new URL('./convert/contender.ts', import.meta.url));
const PACKAGES = ['@duckdb/node-api'];

const Timing = z.object({
  firstSeconds: z.number(),
  nextSeconds: z.number(),
  cpuSeconds: z.number(),
  rows: z.number(),
  peakMb: z.number(),
});
type Timing = z.infer<typeof Timing>;

/** `--megabytes 270 --rounds 3 --threads CORES --seed 42`. Both sides convert the same file in turn, each in a new process. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      megabytes: { type: 'string', default: '270' },
      rounds: { type: 'string', default: '3' },
      threads: { type: 'string', default: String(availableParallelism()) },
      seed: { type: 'string', default: '42' },
    },
  });
  const directory = await mkdtemp(join(tmpdir(), 'windrow-bench-'));
  try {
    const source = join(directory, 'vault.csv');
    const rows = await writeVaultCsv(source, { bytes: Number(values.megabytes) * 1e6, seed: Number(values.seed) });
    const contest = { source, rows, directory: join(directory, 'out'), threads: Number(values.threads) };
    const ours: Timing[] = [];
    const theirs: Timing[] = [];
    for (let round = 0; round < Number(values.rounds); round += 1) {
      ours.push(await compete('windrow', contest));
      theirs.push(await compete('duckdb', contest));
    }
    const megabytes = (await stat(source)).size / 1e6;
    const small = await smallExtracts(join(directory, 'small'), contest.threads);
    await print(PACKAGES, figures({ megabytes, threads: contest.threads, ours, theirs, small }));
  } finally {
    await rm(directory, { recursive: true });
  }
}

interface Contest {
  readonly source: string;
  readonly rows: number;
  readonly directory: string;
  readonly threads: number;
}

async function compete(name: string, { source, rows, directory, threads }: Contest): Promise<Timing> {
  const { stdout } = await promisify(execFile)(process.execPath, [CONTENDER, name, source, directory, String(threads)]);
  const timing = Timing.parse(JSON.parse(stdout));
  if (timing.rows !== rows) throw new Error(`${name} converted ${timing.rows} rows of ${rows}.`);
  return timing;
}

interface Results {
  readonly megabytes: number;
  readonly threads: number;
  readonly ours: readonly Timing[];
  readonly theirs: readonly Timing[];
  readonly small: number;
}

type Seconds = 'firstSeconds' | 'nextSeconds' | 'cpuSeconds';

function figures({ megabytes, threads, ours, theirs, small }: Results): Figure[] {
  const speed = (side: readonly Timing[], seconds: Seconds): number =>
    megabytes / median(side.map((timing) => timing[seconds]));
  // Each round is compared with itself: what else the machine does changes from round to round.
  const ratio = (seconds: Seconds): number =>
    median(ours.map((timing, round) => (theirs[round]?.[seconds] ?? Number.NaN) / timing[seconds]));
  return [
    figure({ name: 'size of the CSV', value: megabytes, unit: 'MB' }),
    figure({ name: 'threads of each side', value: threads, unit: 'threads' }),
    figure({ name: 'convert, warm threads', value: speed(ours, 'nextSeconds'), unit: 'MB/s' }),
    figure({ name: 'DuckDB COPY, second time', value: speed(theirs, 'nextSeconds'), unit: 'MB/s' }),
    figure({ name: 'convert / DuckDB', value: ratio('nextSeconds'), unit: 'ratio', atLeast: 0.6 }),
    figure({ name: 'convert, first file of a process', value: speed(ours, 'firstSeconds'), unit: 'MB/s' }),
    figure({ name: 'convert / DuckDB, first file', value: ratio('firstSeconds'), unit: 'ratio' }),
    figure({ name: 'convert, by processor time', value: speed(ours, 'cpuSeconds'), unit: 'MB/s' }),
    figure({ name: 'convert / DuckDB, by processor time', value: ratio('cpuSeconds'), unit: 'ratio' }),
    figure({
      name: 'peak memory of convert',
      value: Math.max(...ours.map(({ peakMb }) => peakMb)),
      unit: 'MB',
      atMost: 600,
    }),
    figure({ name: 'peak memory of DuckDB', value: Math.max(...theirs.map(({ peakMb }) => peakMb)), unit: 'MB' }),
    figure({ name: 'extract of 5 rows, 40 at once', value: small, unit: 'ms', atMost: 3 }),
  ];
}
