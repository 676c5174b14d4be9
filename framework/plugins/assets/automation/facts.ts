import type { Temporal } from '#framework';

/** What is known of an asset whose automation is evaluated. */
export interface AutomationFacts {
  readonly now: Temporal.Instant;
  /** When the asset got its automation. */
  readonly attachedAt: Temporal.Instant;
  /** Those that may be asked for, oldest first. */
  readonly partitions: readonly PartitionFacts[];
}

export interface PartitionFacts {
  /** Null of an asset that is one whole. */
  readonly partition: string | null;
  /** The end of its window, where it has one. */
  readonly closesAt: Temporal.Instant | undefined;
  /** Its last good materialization. */
  readonly madeAt: Temporal.Instant | undefined;
  /** When the run that made it was asked for: what parents brought since may be missing in it. Undefined where no automation asked. */
  readonly begunAt: Temporal.Instant | undefined;
  readonly isInProgress: boolean;
  /** Why it was asked for before; none is a reason twice. */
  readonly causes: ReadonlySet<string>;
  /** Every partition of a parent that it is made from. */
  readonly parents: readonly ParentFacts[];
}

export interface ParentFacts {
  readonly asset: string;
  /** Undefined where the parent has no partition that belongs to it. */
  readonly partition: string | null | undefined;
  readonly madeAt: Temporal.Instant | undefined;
  /** The same run has made the child: nothing of it is missing there. */
  readonly isOfSameRun: boolean;
  readonly isOverdue: boolean;
}
