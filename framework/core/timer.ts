import type { Closable } from './closable.ts';
import { type Millis, milliseconds } from './duration.ts';

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
      stop();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const stop = later(length, end);
    signal.addEventListener('abort', end, { once: true });
  });
}

/** 24.8 days. `setTimeout` fires at once when it is given more. */
const LONGEST_TIMER: Millis = milliseconds(2 ** 31 - 1);

/** Calls when `length` is over, be it months, unless the function that it returns is called before. */
export function later(length: Millis, call: () => void, longest = LONGEST_TIMER): () => void {
  let timer: NodeJS.Timeout | undefined;
  const wait = (left: number): void => {
    const slice = Math.min(left, longest);
    timer = setTimeout(() => (slice < left ? wait(left - slice) : call()), slice);
  };
  wait(length);
  return () => clearTimeout(timer);
}
