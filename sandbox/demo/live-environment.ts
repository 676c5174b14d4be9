import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { type Clock, type Closable, type Environment, Temporal, acceleratedClock } from '#framework';

import { type Claim, findHolder } from '../claim.ts';
import { standInFolder } from './stand-ins.ts';

const Published = z.strictObject({
  /** The claim of the process whose stand-ins these are. */
  token: z.string(),
  environment: z.record(z.string(), z.string()),
  /** The simulated time at a real moment, and how many times as fast as the real one it runs. */
  now: z.string(),
  at: z.string(),
  rate: z.number(),
});

export interface PublishedEnvironment extends Closable {
  /** Says that the simulated time runs from now on. */
  readonly tellRate: (rate: number) => void;
}

/** Lets other commands use the stand-ins of this process. */
export function publishEnvironment(
  home: string,
  { claim, environment, clock }: { readonly claim: Claim; readonly environment: Environment; readonly clock: Clock },
): PublishedEnvironment {
  const path = environmentPath(home);
  const tellRate = (rate: number): void => {
    const [now, at] = [clock.now().toString(), Temporal.Now.instant().toString()];
    mkdirSync(home, { recursive: true });
    rmSync(`${path}.new`, { force: true });
    writeFileSync(`${path}.new`, JSON.stringify({ token: claim.holder.token, environment, now, at, rate }), {
      mode: 0o600,
    });
    renameSync(`${path}.new`, path);
  };
  tellRate(0);
  return { tellRate, close: async () => rmSync(path, { force: true }) };
}

export interface LiveEnvironment {
  readonly pid: number;
  readonly environment: Readonly<Record<string, string>>;
  /** The simulated time; where it stood still when we looked, it goes on standing still. */
  readonly clock: Clock;
}

/** The stand-ins that another process runs for this home. What a killed one left does not count. */
export function findLiveEnvironment(home: string): LiveEnvironment | undefined {
  const holder = findHolder(standInFolder(home));
  const published = readPublished(environmentPath(home));
  if (holder === undefined || published?.token !== holder.token) return undefined;
  const { environment, now, at, rate } = published;
  const passed = Temporal.Now.instant().epochMilliseconds - Temporal.Instant.from(at).epochMilliseconds;
  const from = Temporal.Instant.from(now).add({ milliseconds: Math.round(passed * rate) });
  return { pid: holder.pid, environment, clock: acceleratedClock(from, rate) };
}

function readPublished(path: string): z.infer<typeof Published> | undefined {
  try {
    return Published.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

function environmentPath(home: string): string {
  return join(home, 'demo-environment.json');
}
