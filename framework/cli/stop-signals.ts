import type { Closable } from '../core/closable.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

export interface StopSignals extends Closable {
  /** Aborts at the first signal: stop taking work, finish what is in hand. */
  readonly stop: AbortSignal;
  /** Aborts at the second one: hand back what is in hand. */
  readonly hurry: AbortSignal;
}

/** Listens for two polite signals; a third one ends the process as if nobody listened. */
export function listenForStop(tell: (step: 'stop' | 'hurry') => void): StopSignals {
  const steps = [new AbortController(), new AbortController()] as const;
  const close = (): void => SIGNALS.forEach((signal) => process.off(signal, hear));
  const hear = (): void => {
    const [stop, hurry] = steps;
    if (!stop.signal.aborted) {
      tell('stop');
      stop.abort();
      return;
    }
    tell('hurry');
    close();
    hurry.abort();
  };
  for (const signal of SIGNALS) process.on(signal, hear);
  return { stop: steps[0].signal, hurry: steps[1].signal, close: async () => close() };
}

export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
