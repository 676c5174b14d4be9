export { type Clock, acceleratedClock, systemClock } from './core/clock.ts';
export { type Closable, closeAll } from './core/closable.ts';
export { type BoundedOptions, bounded } from './core/bounded.ts';
export { type Millis, formatDuration, hours, milliseconds, minutes, parseDuration, seconds } from './core/duration.ts';
export type { Environment } from './core/environment.ts';
export {
  Bug,
  Cancelled,
  ConfigFailure,
  DataFailure,
  DefinitionFailure,
  Failure,
  RemoteFailure,
  TimedOut,
  type FailureOptions,
  type FailureRecord,
  failureRecord,
} from './core/failures.ts';
export { type DagId, type RecordId, type RunId, type TaskId, dagId, recordId, runId, taskId } from './core/ids.ts';
export type { Json } from './core/json.ts';
export { type Log, type LogFields, type LogLevel, openLog, silentLog } from './core/log.ts';
export { Secret } from './core/secret.ts';
export type { SecretReference, SecretResolver } from './core/secret-reference.ts';
export { type Reading, type SettingSources, readSettings } from './core/settings.ts';
export { Temporal } from './core/time.ts';
export { type Window, sameWindow, windowText } from './core/window.ts';
export type { Connection, ConnectionTools } from './dag/connection.ts';
export { manifestFromJson, manifestToJson } from './transfer/manifest-json.ts';
export type { ObjectStore, PutOptions, StoredObject } from './transfer/object-store.ts';
export type {
  Audit,
  AuditedTable,
  Count,
  LoadReceipt,
  Source,
  Stage,
  Target,
  TransferContext,
  TransferPorts,
  WindowFailure,
} from './transfer/ports.ts';
export { MANIFEST_KEY, stagePrefix } from './transfer/stage-area.ts';
export {
  LOAD_MODES,
  STAGE_FORMATS,
  type LoadMode,
  type SchemaRemoval,
  type SourceFile,
  type StageFormat,
  type StageManifest,
  type StagedFile,
  type StagedTable,
} from './transfer/stage-manifest.ts';
export type { Column, ColumnType, TableSchema } from './transfer/table-schema.ts';
