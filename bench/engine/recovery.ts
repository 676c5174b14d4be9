import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { z } from 'zod';

import { type Figure, figure } from '../figures.ts';

const HARNESS = fileURLToPath(new URL('../../test/chaos/main.ts', import.meta.url));
const MOST_SECONDS = 5;

const Report = z.object({
  recovery: z.object({ tasks: z.number(), p50Ms: z.number().nullable(), maxMs: z.number().nullable() }),
});

/** The chaos harness with SIGKILL as its only fault, with the lease that users have. */
export async function recoveryFigures(backend: string, minutes: number): Promise<Figure[]> {
  const words = ['--faults', 'kill', '--seed', '1', '--backend', backend, '--minutes', String(minutes)];
  const child = spawn(process.execPath, [HARNESS, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  if (code !== 0) throw new Error(`The chaos harness ended with ${code}: ${said}`);
  const { recovery } = Report.parse(JSON.parse(said.split('\n')[0] ?? ''));
  const name = `SIGKILL to re-run on ${backend}`;
  return [
    figure({ name: `${name}, tasks that were held`, value: recovery.tasks, unit: 'tasks' }),
    figure({ name: `${name}, p50`, value: inSeconds(recovery.p50Ms), unit: 's', atMost: MOST_SECONDS }),
    figure({ name: `${name}, max`, value: inSeconds(recovery.maxMs), unit: 's' }),
  ];
}

/** Nothing was held where it is null. */
function inSeconds(ms: number | null): number {
  return (ms ?? Number.NaN) / 1000;
}
