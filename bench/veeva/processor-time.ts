import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Linux counts processor time in these. */
const TICKS_PER_SECOND = 100;

/** Seconds that this process has worked, all its threads together. */
export function ownSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Seconds that a PostgreSQL has worked with all its connections, those that are closed included. */
export async function postgresSeconds(directory: string): Promise<number> {
  const postmaster = Number.parseInt(await readFile(await findPidFile(directory), 'utf8'), 10);
  const processes = await Promise.all((await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(readTimes));
  return processes
    .filter((one) => one !== undefined)
    .filter(({ pid, parent }) => pid === postmaster || parent === postmaster)
    .reduce((sum, one) => sum + one.own + (one.pid === postmaster ? one.ended : 0), 0);
}

async function findPidFile(directory: string): Promise<string> {
  const names = await readdir(directory, { recursive: true });
  const name = names.find((candidate) => candidate.endsWith('postmaster.pid'));
  if (name === undefined) throw new Error(`No PostgreSQL runs below ${directory}.`);
  return join(directory, name);
}

interface Times {
  readonly pid: number;
  readonly parent: number;
  readonly own: number;
  /** Of its children that have ended. */
  readonly ended: number;
}

/** Undefined for a process that has just ended. */
async function readTimes(pid: string): Promise<Times | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // The name of the command, in brackets, may hold anything; behind it all fields are single words.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const seconds = (place: number): number => Number(fields[place] ?? 0) / TICKS_PER_SECOND;
  return {
    pid: Number(pid),
    parent: Number(fields[1]),
    own: seconds(11) + seconds(12),
    ended: seconds(13) + seconds(14),
  };
}
