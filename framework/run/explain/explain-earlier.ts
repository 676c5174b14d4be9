import type { RecordStatus } from '../../record/record.ts';
import { type Reason, because } from './reason.ts';

/** The oldest window that is not complete, of those before another. */
export interface EarlierWindow {
  readonly id: number;
  readonly status: RecordStatus;
  readonly code: string | null;
  readonly message: string | null;
}

/** Says which window `name` waits for in strict order, and what to do about it. */
export function explainEarlier(name: string, { id, status, code, message }: EarlierWindow): Reason {
  const error = code === null ? '' : ` with ${code}: ${(message ?? '').replace(/\.$/, '')}`;
  const help =
    status === 'FAILED' || status === 'CANCELLED'
      ? `Correct the cause, then: windrow records rerun ${id} (or give it up: windrow records skip ${id} --reason …)`
      : `See: windrow explain record ${id}`;
  return because(
    'earlier_window',
    `${name} waits for record ${id}, the oldest window that is not complete: it is ${status}${error}. ${help}`,
    { record: id, status, code },
  );
}
