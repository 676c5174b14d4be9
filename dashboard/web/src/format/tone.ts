export type Tone = 'good' | 'bad' | 'busy' | 'waiting' | 'off';

/** What a state means to a person who looks: all is well, act, wait, or nothing. */
const TONES: Readonly<Record<string, Tone>> = {
  // Records and phases.
  PENDING: 'waiting',
  IN_PROGRESS: 'busy',
  COMPLETED: 'good',
  FAILED: 'bad',
  CANCELLED: 'off',
  SKIPPED: 'off',
  PASS: 'good',
  FAIL: 'bad',
  // Runs and tasks.
  none: 'off',
  scheduled: 'waiting',
  queued: 'waiting',
  running: 'busy',
  deferred: 'waiting',
  success: 'good',
  failed: 'bad',
  skipped: 'off',
  upstream_failed: 'bad',
  up_for_retry: 'waiting',
  cancelled: 'off',
  removed: 'off',
  // Backfills, processes, assets.
  paused: 'waiting',
  pending: 'waiting',
  active: 'busy',
  absent: 'off',
  open: 'busy',
  completed: 'good',
  stopped: 'off',
  materialized: 'good',
  missing: 'off',
  unsynced: 'waiting',
  check_failed: 'bad',
  external: 'off',
  fresh: 'good',
  warn: 'waiting',
  overdue: 'bad',
  unknown: 'off',
};

/** The tone of any state of the product; quiet for one that is not known. */
export function toneOf(state: string): Tone {
  return TONES[state] ?? 'off';
}

/** A state as a person says it: `upstream_failed` is "upstream failed". */
export function stateWords(state: string): string {
  return state === 'none' ? 'waiting for others' : state.toLowerCase().replaceAll('_', ' ');
}
