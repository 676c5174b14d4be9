import type { CopyStatement } from '../copy/copy-statement.ts';

/** What a statement needs around it. */
export type TransactionRule =
  | 'any'
  /** Refused inside a transaction block and in a batch that is one transaction. */
  | 'outside_only'
  /** Ends the open transaction after it ran, as TRUNCATE does. */
  | 'commits';

/** One statement, checked and put into PostgreSQL's words. */
export interface Prepared {
  /** Empty for a statement that has no effect here, such as GRANT. */
  readonly postgres: string;
  readonly transaction: TransactionRule;
  /** How Redshift names the statement where it refuses it inside a transaction. */
  readonly title: string;
  /** Whether it may leave something on the connection: a setting, a temporary table, a copy count. */
  readonly touchesSession: boolean;
  readonly copy?: CopyStatement;
}

export function prepared(title: string, postgres: string, options: Partial<Prepared> = {}): Prepared {
  return { title, postgres, transaction: 'any', touchesSession: false, ...options };
}
