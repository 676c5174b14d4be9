import { type Millis, formatDuration } from '../core/duration.ts';
import { TimedOut } from '../core/failures.ts';
import { rest } from '../core/timer.ts';

/**
 * Waits for code of a plugin no longer than it may take; its signal aborts then.
 * @throws TimedOut `E_PLUGIN_TIMED_OUT`, or whatever the work throws
 */
export async function limited<T>(
  { what, most }: { readonly what: string; readonly most: Millis },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const ended = new AbortController();
  const limit = rest(most, ended.signal).then(() => {
    if (!ended.signal.aborted) late.abort();
    throw new TimedOut('E_PLUGIN_TIMED_OUT', `${what} took longer than ${formatDuration(most)}.`);
  });
  const done = started(() => work(late.signal));
  try {
    return await Promise.race([done, limit]);
  } finally {
    ended.abort();
    // Whichever has lost the race may fail later, and nobody listens any more.
    for (const loser of [done, limit]) loser.catch(() => {});
  }
}

/** What is thrown at once is a rejection, too. */
async function started<T>(work: () => Promise<T>): Promise<T> {
  return work();
}
