import type { Closable } from '../core/closable.ts';
import { type Millis, milliseconds } from '../core/duration.ts';
import { Temporal } from '../core/time.ts';
import { repeat } from '../core/timer.ts';
import { noteTick, takeTick } from '../store/plugins/take-tick.ts';
import { type PluginCaller, callPlugin } from './call-plugin.ts';

const LOOK: Millis = milliseconds(250);

/**
 * Calls the hook `tick` once per interval. Any number of processes may do it: the first one that sees an interval begin takes
 * it. An interval during which the hook was still at work, or nobody was there, is left out.
 */
export function tickPlugin(caller: PluginCaller, every: Millis): Closable {
  const { database, plugin, clock, log } = caller;
  // No longer than the interval, so that two processes seldom tick at once.
  const own = { ...caller, hookMs: milliseconds(Math.min(caller.hookMs, every)) };
  let seen: number | undefined;
  const look = async (): Promise<void> => {
    const began = beginning(clock.now(), every);
    if (seen === began) return;
    const at = Temporal.Instant.fromEpochMilliseconds(began);
    const isOurs = await takeTick(database, plugin, at);
    seen = began;
    if (isOurs) await noteTick(database, plugin, await callPlugin(own, { kind: 'tick', at }));
  };
  return repeat(LOOK, look, (error) => log.warn('A plugin could not be ticked', { plugin, error: String(error) }));
}

function beginning(now: Temporal.Instant, every: Millis): number {
  return Math.floor(now.epochMilliseconds / every) * every;
}
