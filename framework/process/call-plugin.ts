import type { Clock } from '../core/clock.ts';
import type { Millis } from '../core/duration.ts';
import type { Log } from '../core/log.ts';
import { type HookCall, type Hooks, callHook } from '../plugin/plugin.ts';
import type { PluginRuns } from '../plugin/plugin-runs.ts';
import type { Database } from '../store/database.ts';
import { pluginDatabase } from '../store/plugins/plugin-database.ts';
import { limited } from './limited.ts';

export interface PluginCaller {
  readonly plugin: string;
  readonly hooks: Hooks;
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly runs: PluginRuns;
  /** How long a hook may take. */
  readonly hookMs: Millis;
}

/** Calls a hook and waits no longer than it may take. Gives why it failed; undefined where it did not. */
export async function callPlugin(caller: PluginCaller, call: HookCall): Promise<string | undefined> {
  const { plugin, hooks, clock, log, hookMs, runs } = caller;
  const own = { plugin, hook: call.kind, event: 'id' in call ? call.id : call.at.toString() };
  const tools = { database: pluginDatabase(caller.database, plugin), clock, log: log.child(own), runs };
  try {
    await limited({ what: 'The hook', most: hookMs }, (signal) => callHook(hooks, call, { ...tools, signal }));
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    log.warn('A hook of a plugin failed; the run goes on', { ...own, error: message });
    return `${call.kind}: ${message}`;
  }
}
