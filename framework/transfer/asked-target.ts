import type { Reconciliation, ReportQuestion } from './audit/reconciliation.ts';
import type { ListedQuarantine, QuarantineQuestion } from './quarantine.ts';
import type { ColumnLimits } from './schema/column-limits.ts';

/** What people and sources ask of the opened connection of a warehouse, whichever it is. */
export interface AskedTarget {
  /** The report of a pipeline's newest Full, or of one of them. */
  readonly reconciliation: (question: ReportQuestion, signal: AbortSignal) => Promise<Reconciliation | undefined>;
  /** The rows that windows left out, newest window first. */
  readonly quarantined: (question: QuarantineQuestion, signal: AbortSignal) => Promise<readonly ListedQuarantine[]>;
  /** What its columns take of what a window may bring. */
  readonly columnLimits: (signal: AbortSignal) => Promise<ColumnLimits>;
}
