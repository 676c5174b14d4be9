import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { runCommandLine } from '../../framework/cli/command-line.ts';
import { freshDatabase } from '../support/database.ts';
import { PATIENT_LEASE } from '../support/engine.ts';

export const FIXTURES = fileURLToPath(new URL('fixtures/', import.meta.url));
const MAIN = fileURLToPath(new URL('../../framework/cli/main.ts', import.meta.url));

/** What a command printed, and how it ended. */
export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Installation {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Those that `start` started: a test that fails before it ends one leaves it to `close`. */
  readonly programs: Set<ChildProcess>;
  /** What a command finds on standard input. */
  readonly input?: string;
  readonly close: () => Promise<void>;
}

export const FIELD = { project: join(FIXTURES, 'project.ts') };

/** A folder with a package.json, and an empty database. */
export async function openInstallationFolder(field: object = FIELD): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), 'windrow-cli-'));
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify(Object.keys(field).length === 0 ? {} : { windrow: field }),
  );
  const programs = new Set<ChildProcess>();
  return {
    folder,
    programs,
    environment: {
      DATABASE_URL: await freshDatabase(),
      WINDROW_TICK: '200ms',
      WINDROW_LEASE: PATIENT_LEASE,
      SHOP_URL: 'https://shop.example',
      SHOP_TOKEN: 'tiger-lily',
    },
    close: async () => {
      for (const program of programs) program.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Runs a command line in this process. */
export async function windrow(
  at: Installation,
  words: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Said> {
  let [out, err] = ['', ''];
  const code = await runCommandLine(split(words), {
    environment: { ...at.environment, ...environment },
    folder: at.folder,
    out: (text) => (out += text),
    err: (text) => (err += text),
    input: async () => at.input ?? '',
    isTerminal: true,
  });
  return { code, out, err };
}

/** As `windrow` with `--json`; fails unless standard output is exactly one JSON value. */
export async function windrowJson(
  at: Installation,
  words: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly json: unknown }> {
  const { code, out } = await windrow(at, `${words} --json`, environment);
  return { code, json: JSON.parse(out) };
}

/** The whole program in a process of its own. */
export interface Program {
  /** Resolves when a line on either output contains the text. */
  readonly hears: (text: string) => Promise<void>;
  readonly signal: (name: 'SIGINT' | 'SIGTERM') => void;
  readonly end: Promise<Said>;
}

export function start(at: Installation, words: string): Program {
  const child = spawn(process.execPath, [MAIN, ...split(words)], {
    cwd: at.folder,
    env: { PATH: process.env['PATH'], ...at.environment },
  });
  at.programs.add(child);
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const end = once(child, 'close').then(([code]): Said => ({ code: Number(code ?? -1), out, err }));
  return { hears: (text) => hears(child, text, () => `${out}\n${err}`), signal: (name) => void child.kill(name), end };
}

async function hears(child: ReturnType<typeof spawn>, text: string, said: () => string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const look = (): void => (said().includes(text) ? resolve() : undefined);
  const closed = (): void => reject(new Error(`The program ended without saying "${text}". It said:\n${said()}`));
  child.stdout?.on('data', look);
  child.stderr?.on('data', look);
  child.once('close', closed);
  look();
  if (child.exitCode !== null) closed();
  try {
    await promise;
  } finally {
    child.stdout?.off('data', look);
    child.stderr?.off('data', look);
    child.off('close', closed);
  }
}

/** By blanks; what stands between single quotes stays together. */
function split(words: string): string[] {
  return [...words.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}
