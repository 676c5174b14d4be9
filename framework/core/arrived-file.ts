import type { RecordId } from './ids.ts';
import type { Temporal } from './time.ts';

/** A file of a source, once its bytes are known. */
export interface ArrivedFile {
  /** The name that the source has for it; a pipeline takes each in once. */
  readonly path: string;
  readonly bytes: number;
  readonly rows: number;
  /** Lower-case hexadecimal SHA-256 of its bytes. */
  readonly sha256: string;
  /** What it holds: a kind of file, a model, an extract. */
  readonly model: string;
}

/** Whether the rows of a file are to be staged. */
export type Admission =
  | { readonly kind: 'admitted' }
  /** Another window of the pipeline has loaded the same bytes under the same path: leave the file out. */
  | { readonly kind: 'loaded_before'; readonly recordId: RecordId; readonly at: Temporal.Instant };

/**
 * The files that a pipeline has taken in, one row for each path. They stand in the engine's database and not in a target, so that
 * every source and every target has them; what is loaded exactly once is guarded by the target's own load log all the same,
 * so a database that is set up anew forgets the files and loads nothing twice.
 */
export interface FileManifest {
  /**
   * Asked for each file before the stage's manifest lists anything of it. The window that brought a file may bring it again, in a retry or a
   * re-run, with other content as well until it is loaded.
   * @throws DataFailure `E_FILE_CHANGED_AFTER_LOAD` when the path was loaded with other content
   * @throws RemoteFailure `E_FILE_IN_HAND` while another window works on the path
   */
  readonly admit: (file: ArrivedFile) => Promise<Admission>;
}
