import type { AttemptView, RunSummary, TaskView } from '#framework/operate';
import type { PhaseStatus, RecordStatus } from '#framework';

import { type Html, html } from './html.ts';

type Tone = 'good' | 'bad' | 'busy' | 'waiting' | 'quiet';
type Shown = RecordStatus | PhaseStatus | RunSummary['state'] | TaskView['state'] | 'PASS' | 'FAIL';

const TONES: Readonly<Record<Shown, Tone>> = {
  PENDING: 'waiting',
  IN_PROGRESS: 'busy',
  COMPLETED: 'good',
  FAILED: 'bad',
  CANCELLED: 'quiet',
  PASS: 'good',
  FAIL: 'bad',
  none: 'quiet',
  scheduled: 'waiting',
  queued: 'waiting',
  running: 'busy',
  deferred: 'waiting',
  success: 'good',
  failed: 'bad',
  skipped: 'quiet',
  upstream_failed: 'bad',
  up_for_retry: 'waiting',
  cancelled: 'quiet',
  removed: 'quiet',
};

/** A state as a word in its colour: the word carries the meaning, the colour helps to find it. */
export function badge(state: Shown): Html {
  return html`<span class="badge ${TONES[state]}">${words(state)}</span>`;
}

/** How a try ended, which may be a word that no state has. */
export function outcomeBadge({ outcome, failure }: Pick<AttemptView, 'outcome' | 'failure'>): Html {
  const tone = failure === null ? (outcome === 'success' ? 'good' : 'quiet') : 'bad';
  return html`<span class="badge ${tone}">${words(outcome)}</span>`;
}

export function maybeBadge(state: Shown | undefined): Html {
  return state === undefined ? html`<span class="none">–</span>` : badge(state);
}

function words(state: string): string {
  return state.toLowerCase().replaceAll('_', ' ');
}
