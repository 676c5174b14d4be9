/** What became of a change: the target made it, or its window waits or failed until somebody accepts it. */
export const DRIFT_DECISIONS = ['applied', 'paused', 'failed'] as const;
export type DriftDecision = (typeof DRIFT_DECISIONS)[number];

/** One change of a target's schema, made or asked for, or a removal in the source that it met and left alone. */
export interface SchemaDrift {
  readonly table: string;
  readonly column?: string;
  /** A word of the target, such as `add_column`. */
  readonly change: string;
  readonly sentence: string;
  readonly decision: DriftDecision;
  /** The column's type as the target had it; absent where the column is new or its type stays. */
  readonly typeBefore?: string;
  /** The column's type as the window needs it. */
  readonly typeAfter?: string;
}
