import type { Tone } from '../../format/tone.ts';

const CHANGES: Readonly<Record<string, string>> = {
  create_table: 'New table',
  adopt_table: 'Table taken over',
  keep_deletes: 'Deleted rows kept',
  drop_table: 'Table dropped',
  keep_table: 'Table kept',
  rename_table: 'Table renamed',
  add_column: 'New column',
  widen_text: 'Wider text',
  change_type: 'Other type',
  drop_column: 'Column dropped',
  keep_column: 'Column kept',
  rename_column: 'Column renamed',
};

/** `add_column` as a person says it; a word that only its target knows, as it is. */
export function changeWords(change: string): string {
  return CHANGES[change] ?? change.replaceAll('_', ' ');
}

/** What became of a change, and what that means for a person who looks. */
export interface Outcome {
  readonly words: string;
  readonly tone: Tone;
}

interface Decided {
  readonly decision: 'applied' | 'paused' | 'failed';
  readonly recordStatus: string;
}

/** A change that was kept back is no trouble any more once its window is loaded. */
export function outcomeOf({ decision, recordStatus }: Decided): Outcome {
  if (decision === 'applied') return { words: 'applied', tone: 'good' };
  if (recordStatus === 'COMPLETED') return { words: 'held, then loaded', tone: 'off' };
  return decision === 'paused' ? { words: 'window waits', tone: 'waiting' } : { words: 'window failed', tone: 'bad' };
}
