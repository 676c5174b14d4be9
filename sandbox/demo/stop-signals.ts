import type { Closable } from '#framework';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
const CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** The wish of a person, or of the system, that the demo ends. */
export interface StopSignals extends Closable {
  /** Aborts at the first signal: close everything. */
  readonly stop: AbortSignal;
  /** What a program ends with that was stopped by the signal that came first. */
  readonly exitCode: () => number;
}

/** The first signal asks the demo to stop in order; the second one ends the process at once. */
export function listenForStop(tell: (text: string) => void): StopSignals {
  const stop = new AbortController();
  let exitCode = 0;
  const hear = (signal: (typeof SIGNALS)[number]): void => {
    if (stop.signal.aborted) process.exit(CODES[signal]);
    exitCode = CODES[signal];
    tell(
      'Stopping: everything is closed in order. The next signal ends the demo at once; its database then goes on.\n',
    );
    stop.abort();
  };
  for (const signal of SIGNALS) process.on(signal, hear);
  return {
    stop: stop.signal,
    exitCode: () => exitCode,
    close: async () => SIGNALS.forEach((signal) => process.off(signal, hear)),
  };
}
