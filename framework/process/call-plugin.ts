import type { Clock } from '../core/clock.ts';
import { type Millis, formatDuration } from '../core/duration.ts';
import { TimedOut } from '../core/failures.ts';
import type { Log } from '../core/log.ts';
import { rest } from '../core/timer.ts';
import { type HookCall, type Hooks, callHook } from '../plugin/plugin.ts';
import type { Database } from '../store/database.ts';
import { pluginDatabase } from '../store/plugins/plugin-database.ts';

export interface PluginCaller {
  readonly plugin: string;
  readonly hooks: Hooks;
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  /** How long a hook may take. */
  readonly hookMs: Millis;
}

/** Calls a hook and waits no longer than it may take. Gives why it failed; undefined where it did not. */
export async function callPlugin(caller: PluginCaller, call: HookCall): Promise<string | undefined> {
  const { plugin, hooks, clock, log, hookMs } = caller;
  const late = new AbortController();
  const ended = new AbortController();
  const limit = rest(hookMs, ended.signal).then(() => {
    if (ended.signal.aborted) return;
    late.abort();
    throw new TimedOut('E_PLUGIN_HOOK_TIMED_OUT', `The hook took longer than ${formatDuration(hookMs)}.`);
  });
  const own = { plugin, hook: call.kind, event: 'id' in call ? call.id : call.at.toString() };
  try {
    const database = pluginDatabase(caller.database, plugin);
    const tools = { database, clock, log: log.child(own), signal: late.signal };
    await Promise.race([callHook(hooks, call, tools), limit]);
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    log.warn('A hook of a plugin failed; the run goes on', { ...own, error: message });
    return `${call.kind}: ${message}`;
  } finally {
    ended.abort();
  }
}
