import { formatDuration } from '../../core/duration.ts';
import { DRAIN } from '../../worker/worker.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import type { StopStep } from '../stop-signals.ts';

const ENDS = `ends this process at once, with exit code ${EXIT_CODES.ended.code}`;

/** What a server says at a signal, and what the next one will do. `tasks`: in hand; undefined where it takes none. */
export function stopText(step: StopStep, tasks: number | undefined): string {
  if (tasks === undefined) return step === 'end' ? 'Ended at once' : `Stopping. The next signal ${ENDS}`;
  const { subject, them, are } = tasks === 1 ? ONE : many(tasks);
  switch (step) {
    case 'stop':
      return tasks === 0
        ? `Stopping: no new tasks are taken, none is in hand. The third signal ${ENDS}`
        : `Stopping: no new tasks are taken; waiting up to ${formatDuration(DRAIN)} for ${subject} in hand, then handing ${them} back. ` +
            `The next signal hands ${them} back at once`;
    case 'hurry':
      return `Not waiting any longer: ${subject} in hand ${are} told to stop and handed back, uncounted. The next signal ${ENDS}`;
    case 'end':
      return `Ended at once with ${subject} in hand: other workers run ${them} again when the lease is over, counted as a lost try`;
  }
}

const ONE = { subject: '1 task', them: 'it', are: 'is' };

function many(tasks: number): typeof ONE {
  return { subject: `${tasks} tasks`, them: 'them', are: 'are' };
}
