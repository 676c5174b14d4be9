import type { Clock } from '../core/clock.ts';
import type { Closable } from '../core/closable.ts';
import { DefinitionFailure } from '../core/failures.ts';
import type { DagId, RecordId, RunId, TaskId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import type { Log } from '../core/log.ts';
import type { Window } from '../core/window.ts';
import type { Connection } from './connection.ts';
import type { Extensions } from './extensions.ts';

/** Everything a task function may use; made by the engine for one attempt. */
export interface TaskContext<Input = unknown, Params = unknown> {
  /** What the wired upstream tasks returned, by wire name. A value is absent where its upstream did not succeed. */
  readonly input: Input;
  /** The run's parameters, as the dag's `params` schema reads them. */
  readonly params: Params;
  /** The window of the run; absent for a run without one. `windowOf(context)` insists. */
  readonly window?: Window;
  /** The row of `pipeline_records` the run is bound to. */
  readonly record?: RecordHandle;
  readonly dagId: DagId;
  readonly runId: RunId;
  readonly taskId: TaskId;
  /** 1 for the first try. */
  readonly attempt: number;
  /** Of an instance of a mapped task: which element of the list it works on, from 0. */
  readonly mapIndex?: number;
  /** Minted at every start of this task; a write under an older one must be refused. */
  readonly fence: number;
  /** Aborts on cancellation, time-out and shutdown. Pass it to everything that waits. */
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly clock: Clock;
  readonly connections: Connections;
  /** What plugins add, for example `extensions.get(assets)`. */
  readonly extensions: Extensions;
  /** Shows how far the attempt has come; cheap, may be called often, never waits. */
  readonly progress: (progress: Progress) => void;
}

/** What a task sees of its record. */
export interface RecordHandle {
  readonly id: RecordId;
  readonly pipelineId: string;
  readonly businessKeys: Readonly<Record<string, Json>>;
}

export interface Connections {
  /** Opens the connection at first use; one worker shares it among tasks and closes it at its end. */
  readonly get: <S, T extends Closable>(connection: Connection<S, T>) => Promise<T>;
}

/** For example `{ done: 3, of: 12, text: 'parts' }`. */
export interface Progress {
  readonly done: number;
  readonly of?: number;
  readonly text?: string;
}

/**
 * The window of a run that has one.
 * @throws DefinitionFailure `E_RUN_WITHOUT_WINDOW`
 */
export function windowOf(context: Pick<TaskContext, 'window' | 'dagId' | 'taskId'>): Window {
  if (context.window !== undefined) return context.window;
  throw new DefinitionFailure(
    'E_RUN_WITHOUT_WINDOW',
    `Task "${context.taskId}" of dag "${context.dagId}" needs a window, and this run has none. ` +
      `Give the dag a schedule, or name the window when starting it by hand: windrow dags trigger ${context.dagId} --window START..END.`,
  );
}
