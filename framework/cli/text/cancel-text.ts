import type { RunState } from '../../run/run-state.ts';

/** What a cancel did to a run, and what of it goes on: `state` is the run's now, `running` its tasks that were told. */
export function cancelText(id: number, now: { readonly state: RunState | null; readonly running: number }): string {
  return `Run ${id} is cancelled. ${whatGoesOn(now.state, now.running)}`;
}

function whatGoesOn(state: RunState | null, running: number): string {
  if (running > 0) return `${running} running tasks are told to stop within seconds, then teardown tasks run.`;
  return state === 'cancelled'
    ? 'Nothing of it was running.'
    : 'Nothing of it was running; its teardown tasks run once a worker takes them, and end it.';
}
