import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import type { Closable } from '#framework';

import type { VeevaInstallation } from './veeva-installation.ts';

const PROGRAM = fileURLToPath(new URL('../e2e/fixtures/worker.ts', import.meta.url));

/** A worker and scheduler in a process of its own, over an installation of the test. */
export interface WorkerProcess extends Closable {
  readonly ready: Promise<void>;
  /** Ends it as a power failure would, and waits until it is gone. */
  readonly kill: () => Promise<void>;
  /** What it wrote to standard error. */
  readonly logged: () => string;
}

/** Starts the process in the present simulated time; `close` stops it as an operator would. */
export function startWorkerProcess(
  { environment, clock }: Pick<VeevaInstallation, 'environment' | 'clock'>,
  settings: Readonly<Record<string, string>> = {},
): WorkerProcess {
  const child = spawn(process.execPath, [PROGRAM], {
    env: {
      ...ownEnvironment(),
      ...environment,
      WINDROW_LOG_LEVEL: 'warn',
      ...settings,
      TEST_NOW: clock.now().toString(),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let logged = '';
  child.stderr.on('data', (chunk: Buffer) => (logged += chunk.toString()));
  const gone = once(child, 'exit');
  const ready = readiness(child, () => logged);
  // Whoever does not wait for it hears of its failure by what it leaves undone.
  ready.catch(() => {});
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    child.kill(signal);
    await gone;
  };
  return { ready, logged: () => logged, kill: () => end('SIGKILL'), close: () => end('SIGTERM') };
}

/** The machine's own variables, without settings of this machine's Windrow. */
function ownEnvironment(): Readonly<Record<string, string | undefined>> {
  const { PATH, HOME, TMPDIR, TZ } = process.env;
  return { PATH, HOME, TMPDIR, TZ };
}

async function readiness(child: ChildProcess, logged: () => string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.stdout?.once('data', () => resolve());
  child.once('exit', (code) =>
    reject(new Error(`The worker process ended with ${code} before it was ready: ${logged()}`)),
  );
  return promise;
}
