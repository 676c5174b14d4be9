import {
  Cancelled,
  type Count,
  DataFailure,
  type HeldLoad,
  type LoadReceipt,
  type PipelineDagOptions,
  type Source,
  type Stage,
  type StageManifest,
  type Target,
  type Temporal,
  type TransferContext,
  type TransferPorts,
  type Window,
  type WindowFailure,
  pipeline,
  seconds,
  windowText,
} from '#framework';

/** The three sides of a pipeline in memory, with everything a test may want to see or to break. */
export interface Doubles {
  readonly source: MemorySource;
  readonly stage: MemoryStage;
  readonly target: MemoryTarget;
  /** Every call of the hooks, in order. */
  readonly completed: string[];
  readonly failed: WindowFailure[];
  readonly waits: WindowFailure[];
  readonly ports: TransferPorts;
}

export function transferDoubles(): Doubles {
  const stage = new MemoryStage();
  const [source, target] = [new MemorySource(stage), new MemoryTarget()];
  const completed: string[] = [];
  const failed: WindowFailure[] = [];
  const waits: WindowFailure[] = [];
  return {
    source,
    stage,
    target,
    completed,
    failed,
    waits,
    ports: {
      source,
      stage,
      target,
      completed: async (_, { window }) => void completed.push(windowText(window)),
      waits: async (wait) => void waits.push(wait),
      failed: async (failure) => void failed.push(failure),
    },
  };
}

const NO_WAIT = seconds(0);

/** A pipeline over doubles; retries follow at once. */
export function doublesPipeline(id: string, doubles: Doubles, options: Partial<PipelineDagOptions> = {}) {
  return pipeline(id, {
    connections: [],
    ports: async () => doubles.ports,
    retry: { retries: 1, delayMs: NO_WAIT, maxDelayMs: NO_WAIT },
    ...options,
  });
}

/** Something that happens before a port does its work. */
export type Trouble = (context: TransferContext) => Promise<void> | void;

/** Every window has `rows` rows unless it is told otherwise. */
export class MemorySource implements Source {
  rows = 3;
  /** Windows that are not published yet. */
  readonly unpublished = new Map<string, { readonly until: Temporal.Instant; readonly reason: string }>();
  /** The windows of every transfer, in order. */
  readonly transfers: string[] = [];
  trouble: Trouble | undefined;
  readonly #stage: MemoryStage;

  constructor(stage: MemoryStage) {
    this.#stage = stage;
  }

  readonly count = async ({ window }: TransferContext): Promise<Count> => {
    const wait = this.unpublished.get(windowText(window));
    return wait === undefined ? { kind: 'counted', rows: this.rows } : { kind: 'not_yet', ...wait };
  };

  readonly transfer = async (context: TransferContext): Promise<StageManifest> => {
    this.transfers.push(windowText(context.window));
    await this.trouble?.(context);
    context.signal.throwIfAborted();
    const manifest = manifestOf(context, this.rows);
    this.#stage.write(context, manifest);
    return manifest;
  };
}

interface StagedWindow {
  readonly manifest: StageManifest;
  readonly files: Map<string, number>;
}

export class MemoryStage implements Stage {
  readonly #windows = new Map<string, StagedWindow>();

  write({ window }: Pick<TransferContext, 'window'>, manifest: StageManifest): void {
    const files = manifest.tables.flatMap(({ updates }) => updates.files);
    const sizes = new Map(files.map(({ key, bytes }) => [key, bytes]));
    this.#windows.set(windowText(window), { manifest, files: sizes });
  }

  /** Loses the files of a window and keeps its manifest. */
  damage(window: Window): void {
    this.#windows.get(windowText(window))?.files.clear();
  }

  readonly clean = async ({ window }: TransferContext): Promise<void> => {
    this.#windows.delete(windowText(window));
  };

  readonly find = async ({ window }: TransferContext): Promise<StageManifest | undefined> =>
    this.#windows.get(windowText(window))?.manifest;

  readonly verify = async (manifest: StageManifest, { window }: TransferContext): Promise<void> => {
    const files = this.#windows.get(windowText(window))?.files;
    for (const { key, bytes } of manifest.tables.flatMap(({ updates }) => updates.files)) {
      if (files?.get(key) === bytes) continue;
      throw new DataFailure(
        'E_STAGE_FILE',
        `The staged file ${key} of ${windowText(window)} is missing or has another size.`,
      );
    }
  };
}

/** One row of the target's own load log, written together with the data. */
export interface LoggedLoad {
  readonly loadId: string;
  readonly recordId: number;
  readonly window: string;
  readonly fence: number;
  readonly rows: number;
}

export class MemoryTarget implements Target {
  /** Loads that had an effect, in order. */
  readonly log: LoggedLoad[] = [];
  /** Rows by table and window. */
  readonly tables = new Map<string, number>();
  /** The outcome of every call of `load`, whether or not it had an effect. */
  readonly receipts: LoadReceipt['outcome'][] = [];
  trouble: Trouble | undefined;
  /** Happens after the load was committed: its answer may be lost. */
  afterCommit: Trouble | undefined;
  /** Rows that the audit misses. */
  missing = 0;
  /** What every load changes in the schema. */
  schemaChanges: LoadReceipt['schemaChanges'] = [];
  /** What every receipt says besides. */
  details: LoadReceipt['details'] = {};
  /** Kept back by a contract: nothing is loaded. */
  held: HeldLoad | undefined;

  readonly count = async ({ window }: TransferContext): Promise<Count> => {
    const load = this.log.findLast((entry) => entry.window === windowText(window));
    return load === undefined ? { kind: 'unknown', reason: 'never loaded' } : { kind: 'counted', rows: load.rows };
  };

  readonly clean = async (): Promise<void> => {};

  readonly load = async (manifest: StageManifest, context: TransferContext): Promise<LoadReceipt | HeldLoad> => {
    await this.trouble?.(context);
    context.signal.throwIfAborted();
    if (this.held !== undefined) return this.held;
    const outcome = this.#commit(manifest, context);
    await this.afterCommit?.(context);
    this.receipts.push(outcome);
    const { schemaChanges, details } = this;
    return { outcome, rows: manifest.rows, tables: manifest.tables.length, schemaChanges, details };
  };

  readonly audit: Target['audit'] = async (manifest, { window }) => {
    const found = (this.tables.get(windowText(window)) ?? 0) - this.missing;
    const missing = Math.max(0, manifest.rows - found);
    const surplus = Math.max(0, found - manifest.rows);
    const differs = missing + surplus > 0;
    return {
      verdict: differs ? 'FAIL' : 'PASS',
      sourceRows: manifest.rows,
      targetRows: found,
      differences: differs ? [{ table: TABLE, expected: manifest.rows, found, missing, surplus }] : [],
    };
  };

  // No await in here: data and log row change together, as in a transaction.
  #commit(manifest: StageManifest, { loadId, recordId, window, fence }: TransferContext): LoadReceipt['outcome'] {
    const newest = Math.max(0, ...this.log.filter((entry) => entry.recordId === recordId).map((entry) => entry.fence));
    if (fence < newest) {
      throw new Cancelled('E_FENCED', `Record ${recordId} was loaded under fence ${newest}; ${fence} is too late.`);
    }
    if (this.log.some((entry) => entry.loadId === loadId)) return 'already_loaded';
    this.log.push({ loadId, recordId, window: windowText(window), fence, rows: manifest.rows });
    this.tables.set(windowText(window), manifest.rows);
    return 'loaded';
  }
}

const TABLE = 'orders';

/** One staged file of so many rows. */
export function manifestOf({ pipelineId, recordId, window }: TransferContext, rows: number): StageManifest {
  const file = { key: 'orders.csv', bytes: rows * 10, rows, sha256: '0'.repeat(64) };
  const column = { name: 'id', type: { kind: 'decimal', precision: 10, scale: 0 } } as const;
  return {
    version: 1,
    pipelineId,
    recordId,
    window,
    format: 'csv',
    location: `memory://${pipelineId}/${windowText(window)}/`,
    sources: [{ name: windowText(window), bytes: file.bytes, rows, sha256: file.sha256 }],
    tables: [
      {
        extract: 'orders',
        schema: { table: TABLE, columns: [column], key: ['id'] },
        mode: 'merge',
        updates: { rows, files: [file] },
        deletes: { rows: 0, files: [] },
      },
    ],
    removals: [],
    rows,
    bytes: file.bytes,
  };
}
