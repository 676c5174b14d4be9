import type { DagId, RecordId, RunId, TaskId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import type { Window } from '../core/window.ts';
import type { PluginTools } from './plugin.ts';

/** A try of a task, as a plugin sees it that adds something to its context. */
export interface PluginAttempt extends PluginTools {
  readonly dagId: DagId;
  readonly runId: RunId;
  readonly taskId: TaskId;
  /** Of an instance of a mapped task: which element of the list it works on. */
  readonly mapIndex: number | null;
  readonly attempt: number;
  readonly fence: number;
  readonly window: Window | null;
  readonly recordId: RecordId | null;
  /** Aborts when the try is to end. */
  readonly signal: AbortSignal;
  /**
   * Keeps facts with the end of this try; the plugin's hook `taskFinished` gets them as `notes`. Of a try that is fenced out or
   * whose worker dies nothing is left.
   * @throws DataFailure `E_PLUGIN_NOTE_NOT_JSON`, `E_PLUGIN_NOTES_TOO_LARGE`
   */
  readonly note: (facts: Json) => void;
}
