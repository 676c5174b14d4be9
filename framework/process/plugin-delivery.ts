import type { Clock } from '../core/clock.ts';
import { type Closable, closeAll } from '../core/closable.ts';
import { type Millis, formatDuration, milliseconds, seconds } from '../core/duration.ts';
import { TimedOut } from '../core/failures.ts';
import type { Log } from '../core/log.ts';
import { repeat, rest } from '../core/timer.ts';
import { type Hooks, type Plugin, callHook } from '../plugin/plugin.ts';
import type { PluginEvent } from '../plugin/plugin-event.ts';
import { pluginDatabase } from '../store/plugins/plugin-database.ts';
import {
  type PluginHolder,
  type Positions,
  holdPlugin,
  movePlugin,
  releasePlugin,
} from '../store/plugins/plugin-position.ts';
import { readPluginEvents } from '../store/plugins/read-plugin-events.ts';
import { STREAMS, SettledRows, type Stream } from '../store/plugins/settled-rows.ts';
import type { Store } from '../store/store.ts';

export interface PluginDeliveryOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly plugins: readonly Plugin[];
  /** Unique among the processes that deliver. */
  readonly id: string;
  /** How long a hook may take; default 5 s. */
  readonly hookMs?: Millis;
}

const LOOK: Millis = milliseconds(500);
const HOOK: Millis = seconds(5);

/**
 * Tells plugins what has happened, from the tables that say so: nothing is lost when a process dies, and a run waits for no
 * hook. Any number of processes may do it; each plugin is told by one of them at a time.
 */
export function deliverToPlugins(options: PluginDeliveryOptions): Closable {
  const telling = options.plugins.flatMap(({ name, hooks }) =>
    hooks === undefined ? [] : [tell({ ...options, hooks, plugin: name, holder: options.id })],
  );
  return { close: () => closeAll(telling) };
}

interface Telling extends PluginDeliveryOptions, PluginHolder {
  readonly hooks: Hooks;
}

function tell(telling: Telling): Closable {
  const { store, log, plugin } = telling;
  const settled = { event: new SettledRows('event'), attempt: new SettledRows('attempt') };
  const told: Record<Stream, number> = { event: -1, attempt: -1 };
  const closed = new AbortController();
  const look = async (): Promise<void> => {
    const to = { event: await settled.event.upTo(store.database), attempt: await settled.attempt.upTo(store.database) };
    if (STREAMS.every((stream) => to[stream] <= told[stream])) return;
    const from = await holdPlugin(store.database, telling);
    if (from === undefined) return;
    for (const stream of STREAMS) told[stream] = await tellStream(telling, { stream, from, to, stop: closed.signal });
  };
  const looking = repeat(LOOK, look, (error) =>
    log.warn('A plugin could not be told what happened', { plugin, error: String(error) }),
  );
  return {
    close: async () => {
      closed.abort();
      await looking.close();
      await releasePlugin(store.database, telling);
    },
  };
}

interface Stretch {
  readonly stream: Stream;
  readonly from: Positions;
  readonly to: Positions;
  readonly stop: AbortSignal;
}

/** Gives the id up to which the plugin has heard everything. */
async function tellStream(telling: Telling, { stream, from, to, stop }: Stretch): Promise<number> {
  const { database } = telling.store;
  let position = from[stream];
  while (position < to[stream] && !stop.aborted) {
    const { events, readTo } = await readPluginEvents(database, stream, { from: position, to: to[stream] });
    for (const event of events.filter(({ kind }) => telling.hooks[kind] !== undefined)) {
      if (stop.aborted) return position;
      const error = await tellOne(telling, event);
      const move = { stream, to: event.id, delivered: 1, ...(error === undefined ? {} : { error }) };
      if (!(await movePlugin(database, telling, move))) return position;
      position = event.id;
    }
    if (!(await movePlugin(database, telling, { stream, to: readTo, delivered: 0 }))) return position;
    position = readTo;
  }
  return position;
}

/** Why the hook failed; undefined where it did not. */
async function tellOne(telling: Telling, event: PluginEvent): Promise<string | undefined> {
  const { store, clock, log, plugin, hooks, hookMs = HOOK } = telling;
  const late = new AbortController();
  const ended = new AbortController();
  const limit = rest(hookMs, ended.signal).then(() => {
    if (ended.signal.aborted) return;
    late.abort();
    throw new TimedOut('E_PLUGIN_HOOK_TIMED_OUT', `The hook took longer than ${formatDuration(hookMs)}.`);
  });
  const own = { plugin, hook: event.kind, event: event.id };
  try {
    const database = pluginDatabase(store.database, plugin);
    const tools = { database, clock, log: log.child(own), signal: late.signal };
    await Promise.race([callHook(hooks, event, tools), limit]);
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    log.warn('A hook of a plugin failed; the run goes on', { ...own, error: message });
    return `${event.kind}: ${message}`;
  } finally {
    ended.abort();
  }
}
