import type { Schedule } from './schedule.ts';

/** When a scheduler should look for due windows, in the terms of a BullMQ job scheduler. */
export type WakeUp =
  | { readonly kind: 'every'; readonly everyMs: number; readonly offsetMs: number }
  | { readonly kind: 'cron'; readonly pattern: string; readonly zone: string };

/**
 * A wake-up at least once behind every window's end and lag. It only saves waiting: which windows are due is decided
 * by `dueWindows`, so a lost, doubled or idle wake-up changes nothing.
 */
export function wakeUp(schedule: Schedule): WakeUp {
  const { windows, lagMs } = schedule;
  if (windows.kind === 'fixed') {
    const shift = (windows.anchor.epochMilliseconds + lagMs) % windows.lengthMs;
    const offset = (shift + windows.lengthMs) % windows.lengthMs;
    // BullMQ takes an offset of 0 for none and then counts from the moment of the call instead of the epoch.
    return { kind: 'every', everyMs: windows.lengthMs, offsetMs: Math.max(1, offset) };
  }
  // Clocks change by whole half hours, so only the minute within the half hour is the same all year: a pattern with the
  // hour of the boundary plus lag would fire too early on the day of a change and miss the window until the next day.
  const minute = Math.ceil(lagMs / 60_000) % 30;
  return { kind: 'cron', pattern: `${minute},${minute + 30} * * * *`, zone: windows.zone };
}
