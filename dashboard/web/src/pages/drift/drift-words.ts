import type { SchemaDriftJson } from '../../../../server/api/shapes/drift.ts';
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

type Decided = Pick<SchemaDriftJson, 'decision' | 'recordStatus'>;

const WAITS: Outcome = { words: 'window waits', tone: 'waiting' };

/** A window that a contract held back may have been loaded since, run again, or given up, which completes it too. */
const HELD: Readonly<Record<Decided['recordStatus'], Outcome>> = {
  PENDING: WAITS,
  IN_PROGRESS: WAITS,
  COMPLETED: { words: 'held, then completed', tone: 'off' },
  FAILED: { words: 'window failed', tone: 'bad' },
  CANCELLED: { words: 'window cancelled', tone: 'off' },
};

export function outcomeOf({ decision, recordStatus }: Decided): Outcome {
  if (decision === 'applied') return { words: 'applied', tone: 'good' };
  if (decision === 'failed' && recordStatus === 'IN_PROGRESS') return { words: 'window runs again', tone: 'busy' };
  return HELD[recordStatus];
}
