import type { RunId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import type { Window } from '../core/window.ts';

/** Starts runs of the project's dags. */
export interface PluginRuns {
  /**
   * Creates a run, as a person does by `windrow dags trigger`. The same `key` never creates a second one, so that a hook may hear of
   * an event again: the run of the first time is given.
   */
  readonly start: (request: RunRequest) => Promise<RequestedRun>;
}

export interface RunRequest {
  readonly dagId: string;
  readonly window?: Window;
  readonly params?: Readonly<Record<string, Json>>;
  /** Unique in the plugin; remembered as long as the run is. A pipeline needs none: a window that has its record is refused. */
  readonly key?: string;
  /** For whom, in the history; default: the plugin. */
  readonly by?: string;
}

export type RequestedRun =
  | { readonly kind: 'created'; readonly runId: RunId }
  | { readonly kind: 'already_there'; readonly runId: RunId }
  /** `reason` says what to do instead. */
  | { readonly kind: 'refused'; readonly reason: string };
