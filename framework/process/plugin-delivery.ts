import { type Closable, closeAll } from '../core/closable.ts';
import { type Millis, hours, milliseconds, seconds } from '../core/duration.ts';
import { repeat } from '../core/timer.ts';
import { type Plugin, tickLength } from '../plugin/plugin.ts';
import { type PluginHolder, holdPlugin, movePlugin, releasePlugin } from '../store/plugins/plugin-position.ts';
import { readPluginEvents } from '../store/plugins/read-plugin-events.ts';
import { seePlugin } from '../store/plugins/register-plugins.ts';
import { SettledRows } from '../store/plugins/settled-rows.ts';
import { type PluginCaller, callPlugin } from './call-plugin.ts';
import { type PluginRunTools, pluginRuns } from './plugin-runs.ts';
import { tickPlugin } from './plugin-ticks.ts';

export interface PluginDeliveryOptions extends PluginRunTools {
  readonly plugins: readonly Plugin[];
  /** Unique among the processes that deliver. */
  readonly id: string;
  /** How long a hook may take; default 5 s. */
  readonly hookMs?: Millis;
}

const LOOK: Millis = milliseconds(500);
const HOOK: Millis = seconds(5);
const SEE: Millis = hours(1);

/**
 * Tells plugins what has happened, from the tables that say so: nothing is lost when a process dies, and a run waits for no
 * hook. Any number of processes may do it; each plugin is told by one of them at a time. A plugin waits for no other.
 */
export function deliverToPlugins(options: PluginDeliveryOptions): Closable {
  const { store, clock, log, hookMs = HOOK, id: holder } = options;
  const telling = options.plugins.flatMap(({ name, hooks, ...plugin }) => {
    if (hooks === undefined) return [];
    const runs = pluginRuns(options, name);
    const caller = { plugin: name, hooks, database: store.database, clock, log, runs, hookMs, holder };
    return [tell(caller), stay(caller), ...(hooks.tick === undefined ? [] : [tickPlugin(caller, tickLength(plugin))])];
  });
  return { close: () => closeAll(telling) };
}

interface Telling extends PluginCaller, PluginHolder {}

function tell(telling: Telling): Closable {
  const { database, log, plugin } = telling;
  const settled = new SettledRows();
  const closed = new AbortController();
  let told = -1;
  const look = async (): Promise<void> => {
    const to = await settled.upTo(database);
    if (to <= told) return;
    const from = await holdPlugin(database, telling);
    if (from !== undefined) told = await tellStretch(telling, { from, to, stop: closed.signal });
  };
  const looking = repeat(LOOK, look, (error) =>
    log.warn('A plugin could not be told what happened', { plugin, error: String(error) }),
  );
  return {
    close: async () => {
      closed.abort();
      await looking.close();
      await releasePlugin(database, telling);
    },
  };
}

function stay({ database, log, plugin }: Telling): Closable {
  return repeat(
    SEE,
    () => seePlugin(database, plugin),
    (error) => log.warn('A plugin could not be seen', { plugin, error: String(error) }),
  );
}

interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly stop: AbortSignal;
}

/** Gives the id up to which the plugin has heard everything. */
async function tellStretch(telling: Telling, { from, to, stop }: Stretch): Promise<number> {
  const { database, hooks, plugin } = telling;
  let position = from;
  while (position < to && !stop.aborted) {
    const stretch = { plugin, from: position, to, hooks: Object.keys(hooks) };
    const { events, readTo } = await readPluginEvents(database, stretch);
    for (const event of events) {
      if (stop.aborted) return position;
      const error = await callPlugin(telling, event);
      const move = { to: event.id, delivered: 1, ...(error === undefined ? {} : { error }) };
      if (!(await movePlugin(database, telling, move))) return position;
      position = event.id;
    }
    if (!(await movePlugin(database, telling, { to: readTo, delivered: 0 }))) return position;
    position = readTo;
  }
  return position;
}
