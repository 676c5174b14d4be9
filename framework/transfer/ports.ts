import type { FileManifest } from '../core/arrived-file.ts';
import type { Clock } from '../core/clock.ts';
import type { RecordId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import type { Log } from '../core/log.ts';
import type { SchemaDrift } from '../core/schema-drift.ts';
import type { Temporal } from '../core/time.ts';
import type { Window } from '../core/window.ts';
import type { StageManifest } from './stage-manifest.ts';

/** The window at hand and everything a connector may use while it works on it. */
export interface TransferContext {
  readonly pipelineId: string;
  readonly recordId: RecordId;
  readonly window: Window;
  /** The run's parameters, as the pipeline's `params` schema reads them; empty where nobody gave any. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Grows with every start of a task of this record; a target refuses a load under an older one. */
  readonly fence: number;
  /**
   * Names one intended load of this record: the same for every engine retry, another after an operator's re-run.
   * A target that finds it in its own load log has already done the work.
   */
  readonly loadId: string;
  /** Pipelines whose windows this one makes needless, as a Full does: see `covers` of `pipeline`. */
  readonly covers: readonly string[];
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly clock: Clock;
}

/** What a source has besides while it moves a window into the stage. */
export interface SourceContext extends TransferContext {
  /** Asked for each file once its checksum is known, so that none is loaded twice or changed unseen. */
  readonly files: FileManifest;
}

/** How many rows a window has. */
export type Count =
  | { readonly kind: 'counted'; readonly rows: number }
  /** The source has not published the window yet: the window waits until `until` and later windows wait behind it. */
  | { readonly kind: 'not_yet'; readonly until: Temporal.Instant; readonly reason: string }
  /** There is nothing to compare, for example because the window was never loaded. */
  | { readonly kind: 'unknown'; readonly reason: string };

export interface Source {
  readonly count: (context: TransferContext) => Promise<Count>;
  /**
   * Moves the window from the source into the stage and verifies sizes, checksums and row counts on the way.
   * Returns the manifest that it wrote last.
   */
  readonly transfer: (context: SourceContext) => Promise<StageManifest>;
}

export interface Stage {
  /** Removes whatever an earlier try of this record left. */
  readonly clean: (context: TransferContext) => Promise<void>;
  /** The manifest of a finished transfer, or undefined where the stage is not whole. */
  readonly find: (context: TransferContext) => Promise<StageManifest | undefined>;
  /** @throws DataFailure when a listed file is missing or has another size. */
  readonly verify: (manifest: StageManifest, context: TransferContext) => Promise<void>;
}

export interface LoadReceipt {
  /** `already_loaded`: the target's load log holds this load id; nothing was applied again. */
  readonly outcome: 'loaded' | 'already_loaded';
  readonly rows: number;
  readonly tables: number;
  /** What the target did to its own schema. Becomes an event, and plugins hear of it. */
  readonly schemaChanges: readonly SchemaDrift[];
  readonly details: Readonly<Record<string, Json>>;
}

/** The window was not loaded and nothing was changed: contracts keep changes of the schema back until somebody accepts them. */
export interface HeldLoad {
  readonly outcome: 'held';
  /** Every change that is kept back. One that failed the window outweighs those that let it wait. */
  readonly schemaChanges: readonly SchemaDrift[];
  /** The command that accepts them: `windrow redshift drift accept account__v`. */
  readonly accept: string;
  /** The setting that would let them through: `redshift.contracts of connector_config.json`. */
  readonly setting: string;
}

export interface Target {
  /** Rows that this window brought, from the target's own load log. */
  readonly count: (context: TransferContext) => Promise<Count>;
  /** Removes staging tables and other leftovers of an unfinished load of this record; never loaded data. */
  readonly clean: (context: TransferContext) => Promise<void>;
  /** Applies the window in one transaction together with a row of the target's load log. */
  readonly load: (manifest: StageManifest, context: TransferContext) => Promise<LoadReceipt | HeldLoad>;
  readonly audit: (manifest: StageManifest, context: TransferContext) => Promise<Audit>;
}

export interface AuditedTable {
  readonly table: string;
  readonly expected: number;
  readonly found: number;
  /** Rows that should be there and are not. Counted key by key, so that a row too many elsewhere does not make up for it. */
  readonly missing: number;
  /** Rows too many: doubled, outdated, or of a key that should be absent. */
  readonly surplus: number;
}

export interface Audit {
  readonly verdict: 'PASS' | 'FAIL';
  readonly sourceRows: number;
  readonly targetRows: number;
  /** The tables that differ; empty when the verdict is PASS. */
  readonly differences: readonly AuditedTable[];
  /** Rows of the source that are in the target's quarantine table instead of their own; absent where there are none. */
  readonly quarantined?: number;
}

/** The three sides of a pipeline, opened together, and what happens around them. */
export interface TransferPorts {
  readonly source: Source;
  readonly stage: Stage;
  readonly target: Target;
  /** Called once the window is whole in the target, for example to move a watermark. Must be idempotent. */
  readonly completed?: (manifest: StageManifest, context: TransferContext) => Promise<void>;
  /** Called when the window begins to wait for a person, for example to publish a message. May be called again. */
  readonly waits?: (wait: WindowFailure, context: TransferContext) => Promise<void>;
  /** Called when the window's run failed for good, for example to publish a message. Never changes the outcome. */
  readonly failed?: (failure: WindowFailure, context: TransferContext) => Promise<void>;
}

export interface WindowFailure {
  readonly task: string;
  readonly code: string;
  readonly message: string;
  /** The command that re-runs the window, such as `windrow records rerun 42`, or lets it go on. */
  readonly command: string;
}
