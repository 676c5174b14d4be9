import type { Closable } from '../core/closable.ts';
import { EXIT_CODES } from './exit-codes.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** What a signal does: stop taking work and finish what is in hand; hand back what is in hand; end the process as it is. */
export type StopStep = 'stop' | 'hurry' | 'end';

export interface StopSignals extends Closable {
  readonly stop: AbortSignal;
  readonly hurry: AbortSignal;
}

const EVERY_STEP: readonly StopStep[] = ['stop', 'hurry', 'end'];

/** Takes one step at each signal, and tells of it first. */
export function listenForStop(
  tell: Partial<Readonly<Record<StopStep, () => void>>>,
  steps: readonly StopStep[] = EVERY_STEP,
): StopSignals {
  const controllers = { stop: new AbortController(), hurry: new AbortController() };
  const left = [...steps];
  const hear = (): void => {
    const step = left.shift() ?? 'end';
    tell[step]?.();
    if (step === 'end') process.exit(EXIT_CODES.ended.code);
    controllers[step].abort();
  };
  for (const signal of SIGNALS) process.on(signal, hear);
  return {
    stop: controllers.stop.signal,
    hurry: controllers.hurry.signal,
    close: async () => SIGNALS.forEach((signal) => process.off(signal, hear)),
  };
}

export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
