import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { type Closable, closeAll } from '#framework';
import { type Prepare, type Prepared, openEmbeddedPostgres } from '#framework/operate';

import { demoClock } from './demo-clock.ts';
import { type DemoState, findDemoState } from './demo-state.ts';
import { findLiveEnvironment, publishEnvironment } from './live-environment.ts';
import { claimStandIns, startStandIns } from './stand-ins.ts';

/**
 * Lets commands work on what a demo left, unless the environment names a real Vault: with the stand-ins of a process
 * that runs them now, otherwise with its own.
 */
export const prepare: Prepare = async (environment) => {
  const home = environment['WINDROW_HOME'] ?? '.windrow';
  const state = findDemoState(home);
  if (state === undefined || isReal(environment)) return undefined;
  const live = findLiveEnvironment(home);
  const { environment: added, clock, close } = live === undefined ? await open(home, state) : borrowed(live);
  // The SDKs read credentials from the process.
  Object.assign(process.env, added);
  const whose = live === undefined ? 'the demo' : `process ${live.pid}, which runs now,`;
  process.stderr.write(`No Vault is configured: working with the stand-ins of ${whose} in ${home}.\n`);
  return { environment: { ...environment, ...added }, clock, close };
};

/** What others run is theirs to close. */
function borrowed({ environment, clock }: Omit<Prepared, 'close'>): Prepared {
  return { environment, clock, close: async () => {} };
}

async function open(home: string, state: DemoState): Promise<Prepared> {
  const opened: Closable[] = [];
  const keep = <T extends Closable>(part: T): T => {
    opened.push(part);
    return part;
  };
  try {
    const claim = keep(claimStandIns(home));
    const server = keep(await openEmbeddedPostgres({ directory: join(home, 'postgres') }));
    const clock = demoClock(state.now);
    const { environment } = keep(
      await startStandIns({ home, state, clock, databaseUrl: server.url, sizes: {}, claim }),
    );
    keep(publishEnvironment(home, { claim, environment, clock }));
    return { environment, clock, close: () => closeAll(opened) };
  } catch (error) {
    await closeAll(opened).catch(() => {});
    throw error;
  }
}

/** Whoever configured a Vault means that one, also where a demo was run before. */
function isReal(environment: Parameters<Prepare>[0]): boolean {
  if (existsSync('vapil_settings.json')) return true;
  return ['VAULT_URL', 'VAULT_DNS', 'VAPIL_SETTINGS_FILE'].some((name) => (environment[name] ?? '') !== '');
}
