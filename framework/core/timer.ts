import type { Closable } from './closable.ts';
import type { Millis } from './duration.ts';

/**
 * Calls `work` again and again, `pause` after it ended. `work` decides about its own failures; one that escapes is given
 * to `failed` and does not end the repetition. `close` waits for the call in hand.
 */
export function repeat(pause: Millis, work: () => Promise<void>, failed: (error: unknown) => void): Closable {
  const stop = new AbortController();
  const loop = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await work().catch(failed);
      await rest(pause, stop.signal);
    }
  };
  const running = loop();
  return {
    close: () => {
      stop.abort();
      return running;
    },
  };
}

/** Waits, or returns early when the signal aborts. */
export function rest(length: Millis, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, length);
    signal.addEventListener('abort', end, { once: true });
  });
}
