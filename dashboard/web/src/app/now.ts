import { useSyncExternalStore } from 'react';

const TICK_MS = 1000;

let now = Date.now();
let timer: number | undefined;
const listeners = new Set<() => void>();

/** The present moment in milliseconds, once a second anew; one timer for all that show it. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

/** How far the installation's clock is ahead of the browser's. */
let aheadMs = 0;

/** Hears what the installation's clock shows, which each answer of the API tells. */
export function noteClock(shown: string | null): void {
  const told = Date.parse(shown ?? '');
  if (!Number.isNaN(told)) aheadMs = told - Date.now();
}

/** The present moment by the installation's clock, which a demo lets run ahead. */
export function useInstallationNow(): number {
  return installationTime(useNow());
}

/** A moment of the browser's clock by that of the installation. */
export function installationTime(at: number): number {
  return at + aheadMs;
}

const HOUR_MS = 3_600_000;

/** When the present hour began, for questions that need not change by the second. */
export function useHour(): number {
  return useSyncExternalStore(subscribe, () => now - (now % HOUR_MS));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= window.setInterval(tick, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    window.clearInterval(timer);
    timer = undefined;
  };
}

function tick(): void {
  now = Date.now();
  for (const listener of listeners) listener();
}
