import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A program of the repository that is still running. */
export interface LiveProgram {
  readonly pid: number;
  /** Resolves when it has said the text on either output. */
  readonly hears: (text: string) => Promise<void>;
  readonly said: () => string;
  /** Sends the signal and resolves with how it ended. */
  readonly end: (signal: NodeJS.Signals) => Promise<readonly unknown[]>;
}

/** Starts a program with the machine's own variables and `environment` only. */
export function startProgram(
  path: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): LiveProgram {
  const { PATH, HOME, TMPDIR } = process.env;
  const child = spawn(process.execPath, [path, ...words], {
    cwd: ROOT,
    env: { PATH, HOME, TMPDIR, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = once(child, 'close');
  return {
    pid: child.pid ?? 0,
    hears: (text) => hears(child, text, () => said),
    said: () => said,
    end: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}

async function hears(child: ChildProcess, text: string, said: () => string): Promise<void> {
  const streams = [child.stdout, child.stderr];
  const found = await new Promise<boolean>((resolve) => {
    const listen = (): void => {
      if (said().includes(text)) resolve(true);
    };
    for (const stream of streams) stream?.on('data', listen);
    child.once('close', () => resolve(said().includes(text)));
    listen();
  });
  if (!found) throw new Error(`The program ended without saying "${text}". It said:\n${said()}`);
}
