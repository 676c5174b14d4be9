/** A stretch of past windows that a backfill was to load. */
export interface AskedBackfill {
  readonly dagId: string;
  readonly start: Date;
  readonly end: Date;
  readonly only: 'missing' | 'all';
  readonly reverse: boolean;
}

export interface ConfirmedCancel {
  readonly run: number;
  /** By the clock of the database, after the answer; null where it did not tell any more. */
  readonly at: string | null;
}

/** What people asked for, as they remember it: the verdict holds it against the truth. */
export interface Asked {
  readonly backfills: readonly AskedBackfill[];
  /** Runs whose cancel was asked for, also where no answer came. */
  readonly cancels: readonly number[];
  readonly confirmed: readonly ConfirmedCancel[];
}

export const NOTHING_ASKED: Asked = { backfills: [], cancels: [], confirmed: [] };
