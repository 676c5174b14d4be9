import type { Json } from '../core/json.ts';
import type { Executor } from './database.ts';

/** What somebody did to an installation. */
export interface Deed {
  readonly kind: string;
  /** Who did it. */
  readonly by: string;
  readonly dagId?: string;
  readonly runId?: number;
  readonly recordId?: number;
  readonly details?: Readonly<Record<string, Json>>;
}

/** Of a program that does not say for whom it asks. */
export const UNKNOWN = 'unknown';

/** Notes among the events what somebody did; in the transaction that does it, where there is one. */
export async function noteDeed(executor: Executor, { kind, by, details = {}, ...of }: Deed): Promise<void> {
  const values = [kind, of.dagId ?? null, of.runId ?? null, of.recordId ?? null, JSON.stringify({ ...details, by })];
  await executor.run(NOTE, values);
}

const NOTE = {
  name: 'note_deed',
  text: `insert into event (kind, dag_id, run_id, record_id, details) values ($1, $2, $3, $4, $5::jsonb)`,
};
