import {
  type ColumnLimits,
  type Count,
  DataFailure,
  type ObjectStore,
  RemoteFailure,
  type Source,
  type SourceContext,
  type StageFormat,
  type StageManifest,
  type Temporal,
  type TransferContext,
  seconds,
  sourceRows,
} from '#framework';
import type { Converter, LongText } from '#tasks/parquet';

import { download } from './files/download.ts';
import type { ExtractKind } from './files/extract-kind.ts';
import type { ListedFile } from './files/file-list.ts';
import { findWindow } from './files/find-window.ts';
import { type BadRowOptions, STOP_AT_BAD_ROWS } from './stage/bad-rows.ts';
import type { MissingColumnPolicy } from './stage/missing-columns.ts';
import { type StageOptions, stageWindow } from './stage/stage-window.ts';
import type { VaultClient } from './client.ts';
import type { RetryPolicy } from './vault/retry.ts';

export interface VeevaSourceOptions {
  readonly client: VaultClient;
  readonly store: ObjectStore;
  readonly converter: Converter;
  readonly kind: ExtractKind;
  readonly format?: StageFormat;
  /** Folder of the store for archives as Vault made them: `direct-data`. */
  readonly archiveFolder?: string;
  /** Folder of the store for staged windows: `stage`. */
  readonly stageRoot?: string;
  /** Local folder for a window's files while it is staged; one per Vault. */
  readonly temporaryDirectory: string;
  /** How many extracts are converted and stored at once; the converter itself bounds its threads. */
  readonly atOnce?: number;
  /** Most bytes that an archive may unpack to. */
  readonly unpackedLimit?: number;
  /** Absent: the first bad row stops the window. */
  readonly badRows?: BadRowOptions;
  /** What columns of the target take; asked where bad rows may be left out. Absent: whatever comes. */
  readonly columnLimits?: (signal: AbortSignal) => Promise<ColumnLimits>;
  /** Text of more than 65,535 bytes: a bad row where absent. */
  readonly longText?: LongText;
  readonly onMissingColumn?: MissingColumnPolicy;
  readonly retry?: RetryPolicy;
  /** Lists the document versions of a window in its stage, for those who fetch their content. */
  readonly listsDocuments?: boolean;
}

const USUAL_RETRY: RetryPolicy = { retries: 3, firstDelay: seconds(1) };

/** Storing a file is mostly waiting, so more extracts are under way than there are processors. */
const USUAL_AT_ONCE = 8;

const USUAL_UNPACKED_LIMIT = 200e9;

/** The main thread unpacks so much, some 35 MB of CSV, in 80 ms; to start another thread takes 110. */
const THREAD_BYTES = 8e6;

/** Below this, to read the metadata twice costs more than the wait for gunzip. */
const EARLY_BYTES = 16e6;

/** Direct Data files of one kind as the source of a pipeline: one file is one window. */
export function veevaSource(options: VeevaSourceOptions): Source {
  const { client, kind } = options;
  return {
    count: async (context) => {
      const match = await findWindow({ client, kind }, context);
      if (match.kind === 'file') return { kind: 'counted', rows: match.file.rows };
      if (match.kind === 'expired') throw expired(match.reason);
      return notYet(match.until, match.reason);
    },
    transfer: async (context) => transfer(options, context),
  };
}

async function transfer(options: VeevaSourceOptions, context: SourceContext): Promise<StageManifest> {
  const { client, store, kind, archiveFolder: folder = 'direct-data', retry: policy = USUAL_RETRY } = options;
  const { signal, log } = context;
  const match = await findWindow({ client, kind }, context);
  if (match.kind === 'expired') throw expired(match.reason);
  if (match.kind !== 'file') throw tooEarly(match.until, match.reason, context);
  log.info('File found', {
    file: match.file.filename,
    rows: match.file.rows,
    bytes: match.file.bytes,
    parts: match.file.parts.length,
  });
  const keys = await download(match.file, {
    client,
    store,
    folder,
    policy,
    signal,
    log,
    reference: `${context.pipelineId}-${context.recordId}`,
  });
  const manifest = await stageWindow(match.file, keys, { options: stageOptions(options), context });
  log.info('Window staged', {
    file: match.file.filename,
    tables: manifest.tables.length,
    rows: manifest.rows,
    bytes: manifest.bytes,
  });
  reportCount(match.file, manifest, context);
  return manifest;
}

/** Whether `record_count` counts metadata rows is not documented, so a difference is told and decides nothing; manifest.csv decides. */
function reportCount(file: ListedFile, manifest: StageManifest, { log }: TransferContext): void {
  const staged = sourceRows(manifest);
  if (file.rows !== staged)
    log.info('Vault lists another number of rows than the archive holds', {
      file: file.name,
      listed: file.rows,
      staged,
    });
}

function stageOptions(options: VeevaSourceOptions): StageOptions {
  return {
    store: options.store,
    converter: options.converter,
    format: options.format ?? 'parquet',
    stageRoot: options.stageRoot ?? 'stage',
    temporaryDirectory: options.temporaryDirectory,
    atOnce: options.atOnce ?? USUAL_AT_ONCE,
    unpackedLimit: options.unpackedLimit ?? USUAL_UNPACKED_LIMIT,
    threadBytes: THREAD_BYTES,
    earlyBytes: EARLY_BYTES,
    badRows: options.badRows ?? STOP_AT_BAD_ROWS,
    ...(options.columnLimits === undefined ? {} : { columnLimits: options.columnLimits }),
    longText: options.longText ?? 'refuse',
    listsDocuments: options.listsDocuments ?? false,
    onMissingColumn: options.onMissingColumn ?? 'null',
  };
}

function notYet(until: Temporal.Instant, reason: string): Count {
  return { kind: 'not_yet', until, reason };
}

function expired(reason: string): DataFailure {
  return new DataFailure('E_VAULT_FILE_EXPIRED', reason);
}

function tooEarly(until: Temporal.Instant, reason: string, { clock }: TransferContext): RemoteFailure {
  const retryAfterMs = Math.max(1000, until.epochMilliseconds - clock.now().epochMilliseconds);
  return new RemoteFailure('E_VAULT_FILE_NOT_PUBLISHED', `${reason} It is asked for again at ${until.toString()}.`, {
    retryAfterMs,
  });
}
