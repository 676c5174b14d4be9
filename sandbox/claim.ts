import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { type Closable, ConfigFailure } from '#framework';

/** Says that this process, and no other, starts stand-ins in a directory. */
export interface Claim extends Closable {
  readonly holder: Holder;
}

const Holder = z.strictObject({
  pid: z.int(),
  /** Tells a process from a later one that got the same pid; empty where the system does not say. */
  born: z.string(),
  /** Tells two claims of one process apart. */
  token: z.string(),
});
export type Holder = z.infer<typeof Holder>;

/** The file of the claim, which lies in the directory itself. */
export const CLAIM_FILE = 'in-use.json';

const TRIES = 10;

/**
 * Claims the directory. What a process left that was killed does not count.
 * @throws ConfigFailure `E_SANDBOX_IN_USE`
 */
export function claimDirectory(directory: string): Claim {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, CLAIM_FILE);
  const holder: Holder = { pid: process.pid, born: bornAt(process.pid), token: randomBytes(6).toString('hex') };
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (tookPlace(path, holder)) return { holder, close: async () => release(path, holder) };
    const other = readHolder(path);
    if (other !== undefined && isAlive(other)) throw inUse(directory, other);
    clearAway(path, other);
  }
  throw inUse(directory, readHolder(path));
}

/** Who starts stand-ins in the directory at this moment. */
export function findHolder(directory: string): Holder | undefined {
  const holder = readHolder(join(directory, CLAIM_FILE));
  return holder !== undefined && isAlive(holder) ? holder : undefined;
}

/** A link appears whole or not at all, and only where nothing is. */
function tookPlace(path: string, holder: Holder): boolean {
  const draft = `${path}-${holder.token}`;
  writeFileSync(draft, JSON.stringify(holder));
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Moves the claim of a dead process aside, and puts back what another process placed there since we looked. */
function clearAway(path: string, dead: Holder | undefined): void {
  const aside = `${path}-${randomBytes(6).toString('hex')}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (readHolder(aside)?.token !== dead?.token && !existsSync(path)) linkSync(aside, path);
  rmSync(aside, { force: true });
}

function release(path: string, holder: Holder): void {
  if (readHolder(path)?.token === holder.token) rmSync(path, { force: true });
}

function readHolder(path: string): Holder | undefined {
  try {
    return Holder.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

function isAlive({ pid, born }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Another user's process may not be signalled, but it is there.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  const now = bornAt(pid);
  return now === '' || born === '' || now === born;
}

/** Ticks between the start of the system and that of the process, as Linux tells them; `ended` for one that is over. */
function bornAt(pid: number): string {
  try {
    // The name of the program stands in brackets and may hold blanks; the state follows it, the start 19 words later.
    const words = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return words[0] === 'Z' ? 'ended' : (words[19] ?? '');
  } catch {
    return '';
  }
}

function inUse(directory: string, holder: Holder | undefined): ConfigFailure {
  const who = holder === undefined ? 'another process' : `process ${holder.pid}`;
  return new ConfigFailure(
    'E_SANDBOX_IN_USE',
    `The stand-ins in ${directory} are in use by ${who} (a demo, or "windrow sandbox up"). Stop it first, or work in another folder: --home for a demo, --directory for "sandbox up", WINDROW_HOME for other commands.`,
    { details: { directory, ...(holder === undefined ? {} : { pid: holder.pid }) } },
  );
}
