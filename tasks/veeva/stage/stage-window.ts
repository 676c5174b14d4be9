import { join } from 'node:path';

import {
  type ColumnLimits,
  MANIFEST_KEY,
  type ObjectStore,
  type SourceFile,
  type StageFormat,
  type StageManifest,
  type StagedTable,
  type SourceContext,
  bounded,
  filesOf,
  manifestToJson,
  stagePrefix,
} from '#framework';
import type { Converter, LongText } from '#tasks/parquet';

import { type UnpackRequest, type Unpacked, unpack } from '../archive/unpack.ts';
import type { ListedFile } from '../files/file-list.ts';
import { documentsPrefix, listVersions } from '../documents/list-versions.ts';
import type { MissingColumnPolicy } from './missing-columns.ts';
import { type ArchivePlan, planExtracts } from './plan-extracts.ts';
import { type BadRowOptions, reportQuarantined, requireRoom } from './bad-rows.ts';
import { EarlyConversions } from './early-conversions.ts';
import { readArchive } from './read-archive.ts';
import { type StagedExtract, type StagingTools, stageExtract } from './stage-extract.ts';
import { stageQuarantine } from './stage-quarantine.ts';
import { withTryFolder } from './try-folder.ts';
import { FileMemory } from './upload.ts';

export interface StageOptions {
  readonly store: ObjectStore;
  readonly converter: Converter;
  readonly format: StageFormat;
  /** Folder of the store for staged windows. */
  readonly stageRoot: string;
  /** Local folder in which each try of a window gets a folder of its own, removed at its end or by the next try. */
  readonly temporaryDirectory: string;
  /** How many extracts are converted and stored at once. */
  readonly atOnce: number;
  /** Most bytes that an archive may unpack to. */
  readonly unpackedLimit: number;
  /** An archive of at least so many bytes is unpacked in a thread of its own. */
  readonly threadBytes: number;
  /** A member of at least so many bytes is converted while it is still being unpacked. */
  readonly earlyBytes: number;
  readonly badRows: BadRowOptions;
  /** What columns of the target take; asked where bad rows may be left out. Otherwise a value beyond it stops the load. */
  readonly columnLimits?: (signal: AbortSignal) => Promise<ColumnLimits>;
  readonly longText: LongText;
  /** Whether the document versions of a window are listed, for those who fetch their content. */
  readonly listsDocuments?: boolean;
  readonly onMissingColumn: MissingColumnPolicy;
}

/** Turns a downloaded archive into staged files; the manifest is written last, so that it means "whole". */
export async function stageWindow(
  file: ListedFile,
  keys: readonly string[],
  work: { readonly options: StageOptions; readonly context: SourceContext },
): Promise<StageManifest> {
  const { options, context } = work;
  const location = options.store.url(stagePrefix(options.stageRoot, context));
  return withTryFolder({ base: options.temporaryDirectory, location }, context, (folder) =>
    stageIn(folder, { file, keys, options, context }),
  );
}

interface Staging {
  readonly file: ListedFile;
  readonly keys: readonly string[];
  readonly options: StageOptions;
  readonly context: SourceContext;
}

async function stageIn(folder: string, { file, keys, options, context }: Staging): Promise<StageManifest> {
  const { store, format, stageRoot, atOnce, unpackedLimit: limit } = options;
  const { badRows, longText, onMissingColumn } = options;
  const { signal, log } = context;
  const archive = file.filename;
  const limits = badRows.rows === 'quarantine' ? await options.columnLimits?.(signal) : undefined;
  await using early = openEarly(folder, { file, options, context, limits });
  const begun: UnpackRequest['begun'] = (...member) => early.begin(...member);
  const inThread = file.bytes >= options.threadBytes;
  const unpacked = await unpack({ archive, keys, store, directory: folder, limit, inThread, signal, begun });
  const facts = { bytes: unpacked.bytes, rows: file.rows, sha256: unpacked.sha256 };
  const admission = await context.files.admit({ path: archive, model: file.extractKind, ...facts });
  const plan = admission.kind === 'admitted' ? await planArchive(file, unpacked, context) : NOTHING;
  if (options.listsDocuments === true)
    await listVersions(plan.extracts, { store, prefix: documentsPrefix(stageRoot, context), signal });
  const prefix = stagePrefix(stageRoot, context);
  const memory = new FileMemory();
  const tools = {
    store,
    memory,
    converter: early,
    format,
    prefix,
    directory: folder,
    badRows,
    limits,
    longText,
    onMissingColumn,
    log,
  };
  const extracts = await bounded(plan.extracts, { atMost: atOnce, signal }, (extract, own) =>
    stageExtract(extract, { ...tools, signal: own.signal }),
  );
  const manifest = buildManifest({
    context,
    format,
    location: store.url(prefix),
    source: { name: archive, ...facts },
    tables: extracts.map(({ table }) => table),
    removals: plan.removals,
    ...(await stageLeftOut(extracts, { ...tools, signal }, context)),
  });
  await store.put(`${prefix}${MANIFEST_KEY}`, Buffer.from(manifestToJson(manifest)), {
    signal,
    contentType: 'application/json',
  });
  return manifest;
}

interface EarlyStaging extends Omit<Staging, 'keys'> {
  readonly limits: ColumnLimits | undefined;
}

function openEarly(folder: string, { file, options, context, limits }: EarlyStaging): EarlyConversions {
  return new EarlyConversions({
    ...options,
    limits,
    archive: file.filename,
    kind: file.extractKind,
    directory: join(folder, 'early'),
    bytes: { least: options.earlyBytes, most: options.unpackedLimit },
    signal: context.signal,
  });
}

/** What a file that is loaded already brings. */
const NOTHING: ArchivePlan = { extracts: [], removals: [], unlisted: [] };

async function planArchive(
  { filename: archive, extractKind: kind }: ListedFile,
  { members }: Unpacked,
  { signal, log }: SourceContext,
): Promise<ArchivePlan> {
  const plan = planExtracts(await readArchive(members, { archive, kind, signal }));
  if (plan.unlisted.length > 0)
    log.warn('The archive holds files that its manifest does not name; they are left alone', {
      archive,
      files: plan.unlisted.slice(0, 20),
    });
  return plan;
}

/** What of the window's rows is not in the files of its tables, for the manifest. */
async function stageLeftOut(
  extracts: readonly StagedExtract[],
  tools: StagingTools,
  context: Pick<SourceContext, 'recordId'>,
): Promise<Pick<StageManifest, 'quarantine' | 'replacedValues'>> {
  const rows = extracts.flatMap(({ quarantined }) => quarantined);
  const loaded = extracts.reduce((sum, { table }) => sum + table.updates.rows + table.deletes.rows, 0);
  requireRoom(rows, { loaded, options: tools.badRows });
  const quarantine = await stageQuarantine(rows, tools, context);
  reportQuarantined(rows, tools.log);
  const replacedValues = extracts.reduce((sum, extract) => sum + extract.replacedValues, 0);
  return {
    ...(quarantine === undefined ? {} : { quarantine }),
    ...(replacedValues === 0 ? {} : { replacedValues }),
  };
}

interface ManifestParts extends Pick<StageManifest, 'quarantine' | 'replacedValues'> {
  readonly context: SourceContext;
  readonly format: StageFormat;
  readonly location: string;
  readonly source: SourceFile;
  readonly tables: readonly StagedTable[];
  readonly removals: ArchivePlan['removals'];
}

function buildManifest({ context, source, tables, ...parts }: ManifestParts): StageManifest {
  const files = filesOf({ tables, ...parts });
  return {
    version: 1,
    pipelineId: context.pipelineId,
    recordId: context.recordId,
    window: context.window,
    sources: [source],
    tables,
    ...parts,
    rows: tables.reduce((sum, { updates, deletes }) => sum + updates.rows + deletes.rows, 0),
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
