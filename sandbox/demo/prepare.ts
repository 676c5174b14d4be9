import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { type Closable, closeAll } from '#framework';
import { type Prepare, openEmbeddedPostgres } from '#framework/operate';

import { demoClock } from './demo-clock.ts';
import { findDemoState } from './demo-state.ts';
import { claimStandIns, startStandIns } from './stand-ins.ts';

/** Lets commands work on what a demo left: starts its stand-ins again, unless the environment names a real Vault. */
export const prepare: Prepare = async (environment) => {
  const home = environment['WINDROW_HOME'] ?? '.windrow';
  const state = findDemoState(home);
  if (state === undefined || isReal(environment)) return undefined;
  const opened: Closable[] = [];
  try {
    const claim = claimStandIns(home);
    opened.push(claim);
    const server = await openEmbeddedPostgres({ directory: join(home, 'postgres') });
    opened.push(server);
    const clock = demoClock(state.now);
    const sandbox = await startStandIns({ home, state, clock, databaseUrl: server.url, sizes: {}, claim });
    opened.push(sandbox);
    // The SDKs read credentials from the process.
    Object.assign(process.env, sandbox.environment);
    process.stderr.write(`No Vault is configured: working with the stand-ins of the demo in ${home}.\n`);
    return { environment: { ...environment, ...sandbox.environment }, clock, close: () => closeAll(opened) };
  } catch (error) {
    await closeAll(opened).catch(() => {});
    throw error;
  }
};

/** Whoever configured a Vault means that one, also where a demo was run before. */
function isReal(environment: Parameters<Prepare>[0]): boolean {
  if (existsSync('vapil_settings.json')) return true;
  return ['VAULT_URL', 'VAULT_DNS', 'VAPIL_SETTINGS_FILE'].some((name) => (environment[name] ?? '') !== '');
}
