import type { RunId, TaskId } from '../../core/ids.ts';
import type { Temporal } from '../../core/time.ts';

/** One job to be sent to BullMQ: ids only. `id` is the outbox row that goes once the job is there. */
export interface Dispatch {
  readonly id: number;
  readonly jobId: string;
  readonly pool: string;
  readonly runId: RunId;
  readonly taskId: TaskId;
  readonly mapIndex: number;
  readonly seq: number;
  readonly attempt: number;
  readonly priority: number;
  readonly notBefore?: Temporal.Instant;
  /** For people who look at the queue. */
  readonly label: string;
}

/** What a transaction made ready: jobs to send, and pools whose limits held a task or were eased. */
export interface Ready {
  readonly dispatches: readonly Dispatch[];
  readonly pools: ReadonlySet<string>;
}

/** The same dispatch always has the same job id, so that sending it twice is one job. BullMQ refuses ":" in ids. */
export function jobId({
  runId,
  taskId,
  mapIndex,
  seq,
}: Pick<Dispatch, 'runId' | 'taskId' | 'mapIndex' | 'seq'>): string {
  return `${runId}__${taskId}__${mapIndex}__${seq}`;
}
