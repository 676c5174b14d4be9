import { z } from 'zod';

/** Each is the module of that name in this folder; it exports `run` and prints one JSON object. */
const BENCHMARKS: Readonly<Record<string, string>> = {
  hop: 'milliseconds from the end of a task to the start of the next, beside a raw BullMQ chain',
  throughput: 'tasks per second with full history, beside raw BullMQ',
  engine: 'every figure of the engine beside its target',
  dashboard: 'milliseconds of every endpoint of the API with many windows and dags',
  soak: 'memory of a worker under steady load, in MB per hour',
  window: 'seconds for one incremental window, phase by phase',
  veeva: 'every figure of Direct Data beside its target',
  convert: 'CSV to Parquet in MB/s and peak memory, beside DuckDB',
};

const Benchmark = z.object({
  run: z.custom<(args: readonly string[]) => Promise<void>>((value) => typeof value === 'function'),
});

const [name = '', ...args] = process.argv.slice(2);
if (name in BENCHMARKS) {
  const { run } = Benchmark.parse(await import(`./${name}.ts`));
  await run(args);
} else {
  console.error(
    `${name === '' ? 'Which benchmark?' : `There is no benchmark "${name}".`} Use "npm run bench -- NAME" with one of:`,
  );
  for (const [known, measures] of Object.entries(BENCHMARKS)) console.error(`  ${known.padEnd(12)}${measures}`);
  process.exitCode = 2;
}
