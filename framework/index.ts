export { type Answer, done, notFound, trouble } from './cli/answer.ts';
export { idArgument } from './cli/arguments.ts';
export { type OpenDriftLog, driftVerbs } from './cli/drift-verbs.ts';
export type { AddVerbs, ProjectShell, VerbTools } from './cli/project-verbs.ts';
export { type Cell, table } from './cli/table.ts';
export type { Admission, ArrivedFile, FileManifest } from './core/arrived-file.ts';
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
export { onlyGiven } from './core/only-given.ts';
export { Secret } from './core/secret.ts';
export type { SchemaDrift } from './core/schema-drift.ts';
export type { SecretReference, SecretResolver } from './core/secret-reference.ts';
export { type Reading, type SettingSources, firstSet, readSettings, withProblems } from './core/settings.ts';
export { CONNECTOR_FILE, type SettingsFile, readConnectorSettings, readSettingsFile } from './core/settings-file.ts';
export { Temporal } from './core/time.ts';
export { type Window, sameWindow, windowText } from './core/window.ts';
export type { Connection, ConnectionTools } from './dag/connection.ts';
export { type DeclaredConnection } from './dag/connections.ts';
export { type Dag, type DagOptions, dag } from './dag/dag.ts';
export type { After, DagBuilder, Wire, Wires, Wiring } from './dag/dag-builder.ts';
export { nextDueAt } from './dag/schedule/due-windows.ts';
export type { Extensions, Note } from './dag/extensions.ts';
export type { DagGraph, GraphTask } from './dag/graph.ts';
export type { ItemWindow } from './dag/sensor/item-window.ts';
export { type NewDirectoriesOptions, newDirectories } from './dag/sensor/new-directories.ts';
export type {
  BusinessKey,
  FirstStart,
  NewestWindow,
  PipelineOptions,
  PipelineSpec,
  RecordFacts,
} from './dag/pipeline-spec.ts';
export type { PluginAttempt } from './plugin/plugin-attempt.ts';
export {
  type ExtendingPlugin,
  type HookCall,
  type Hooks,
  type HookTools,
  type PluginVerbTools,
  type SectionTools,
  type OpenTools,
  type Plugin,
  type PluginDatabase,
  type PluginTools,
  definePlugin,
} from './plugin/plugin.ts';
export type { PluginRuns, RequestedRun, RunRequest } from './plugin/plugin-runs.ts';
export type { Section, SectionPart } from './plugin/section.ts';
export type {
  PluginEvent,
  RecordState,
  RecordStateChanged,
  RunFinished,
  RunStarted,
  SchemaDrifted,
  TaskFinished,
  TaskRetried,
  TaskSkipped,
  TaskStarted,
  Tick,
} from './plugin/plugin-event.ts';
export type { PoolOptions, Pools } from './dag/pool.ts';
export { type OpenedSecrets, type Project, type SecretStore, defineProject } from './dag/project.ts';
export { DEFAULT_RETRY, type RetryPolicy, type RetryReaction, type RetryReactions } from './dag/retry-policy.ts';
export { scheduleFromJson } from './dag/schedule/schedule-json.ts';
export {
  type CatchUp,
  ORDERS,
  OVERLAPS,
  type Order,
  type Overlap,
  type Schedule,
  type ScheduleOptions,
  every,
} from './dag/schedule/schedule.ts';
export {
  MAX_SENSOR_ITEMS,
  type PollContext,
  type Polled,
  type Sensor,
  type SensorItem,
  type SensorOptions,
  sensor,
} from './dag/sensor/sensor.ts';
export { type NoInput, type Task, type TaskOptions, type Usable, task } from './dag/task.ts';
export { DEFAULT_POOL, type PolicyOptions, type TaskPolicy } from './dag/task-policy.ts';
export { type Connections, type Progress, type RecordHandle, type TaskContext, windowOf } from './dag/task-context.ts';
export type { TaskGroup } from './dag/task-group.ts';
export type { TaskHandler } from './dag/task-handler.ts';
export {
  type Choice,
  type Chosen,
  type Deferred,
  type Skipped,
  type Stopped,
  type TaskOutcome,
  MAX_OUTPUT_BYTES,
  choose,
  defer,
  skip,
  stop,
} from './dag/task-outcome.ts';
export { TRIGGER_RULES, type TriggerRule } from './dag/trigger-rule.ts';
export { type WindowKind, parseWindowKind, windowKindText } from './dag/schedule/window-kind.ts';
export { nextWindow, previousWindow, windowContaining, windowsBetween } from './dag/schedule/windows.ts';
export { type PipelineDagOptions, pipeline } from './pipeline/pipeline.ts';
export type { OpenPorts } from './pipeline/window-work.ts';
export { type Differences, differences } from './record/differences.ts';
export { PHASES, type Phase, nextPhase } from './record/phase.ts';
export { type FieldReset, recordFields } from './record/record-fields.ts';
export {
  type AuditFigures,
  PHASE_STATUSES,
  type PhaseProgress,
  type PhaseStatus,
  RECORD_STATUSES,
  type RecordStatus,
  type WindowRecord,
} from './record/record.ts';
export { type AppliedColumn, type AppliedTable, appliedTable } from './transfer/load/applied-table.ts';
export { boundedName } from './transfer/bounded-name.ts';
export { type TableTally, auditVerdict } from './transfer/audit/audit-verdict.ts';
export {
  DELETE_POLICIES,
  type DeletePolicies,
  type DeletePolicy,
  KEEP_NOTHING,
  POLICY_COLUMNS,
  liveRows,
} from './transfer/deletes/delete-policy.ts';
export type { AskedTarget } from './transfer/asked-target.ts';
export type { CheckTarget, CheckableTarget } from './transfer/check-target.ts';
export {
  DeletePolicyText,
  DeletesJson,
  type GivenDeletes,
  deletePolicies,
} from './transfer/deletes/delete-settings.ts';
export {
  type LoadNames,
  type LoadTable,
  type PresentTable,
  type StagedPart,
  loadRemovals,
  loadedRows,
  loadTables,
  namesOf,
  presentTables,
  stagedParts,
} from './transfer/load/load-tables.ts';
export { type LoggedLoad, answerOf, loggedLoad, receiptText } from './transfer/load/logged-load.ts';
export { manifestFromJson, manifestToJson } from './transfer/manifest-json.ts';
export type { ObjectStore, PutOptions, StoredObject } from './transfer/object-store.ts';
export type {
  Audit,
  AuditedTable,
  Count,
  HeldLoad,
  LoadReceipt,
  Source,
  SourceContext,
  Stage,
  Target,
  TransferContext,
  TransferPorts,
  WindowFailure,
} from './transfer/ports.ts';
export {
  MOST_SAMPLES,
  RECONCILIATION_COLUMNS,
  type DifferingRow,
  type ReconciledTable,
  type Reconciliation,
  type ReconciliationVerdict,
  type ReportQuestion,
  type Unloaded,
  isDifferent,
  reconciliationOf,
  reconciliationSentence,
  withReconciliation,
} from './transfer/audit/reconciliation.ts';
export {
  type ExistingTable,
  type ExistingType,
  type LaterChanges,
  type PlannedTable,
  REMOVAL_POLICIES,
  type RemovalPolicy,
  type SchemaChange,
  type SchemaPlan,
  describeChanges,
  planSchema,
} from './transfer/schema/schema-plan.ts';
export { type DriftFilter, type DriftLog, type LoggedDrift, loggedDrift } from './transfer/schema/drift-log.ts';
export {
  type FitCheck,
  type Misfit,
  retypeChecks,
  retypeFailure,
  type StagedFitCheck,
  scaleChecks,
  stagedChecks,
  valueFailure,
} from './transfer/load/fit-check.ts';
export {
  type ColumnLimit,
  type ColumnLimits,
  type StandingDecimal,
  columnLimits,
} from './transfer/schema/column-limits.ts';
export { type PinnedColumns, requirePinned } from './transfer/schema/pinned-columns.ts';
export { type Conversion, conversionOf } from './transfer/schema/type-conversion.ts';
export {
  ChangePolicyText,
  ContractsJson,
  type GivenContracts,
  PinsJson,
  schemaContracts,
} from './transfer/schema/contract-settings.ts';
export {
  APPLY_EVERYTHING,
  CHANGE_POLICIES,
  type ChangePolicy,
  type ContractedChange,
  type EarlierDecisions,
  type NotedChange,
  type SchemaContracts,
  notedChange,
} from './transfer/schema/schema-contract.ts';
export { type ContractDesk, heldByContract } from './transfer/load/held-load.ts';
export {
  type ListedQuarantine,
  QUARANTINE_COLUMNS,
  STAGED_QUARANTINE,
  quarantineFields,
  type QuarantineQuestion,
  type QuarantinedRow,
  exactnessDetails,
  filesOf,
  listedQuarantine,
  quarantinePart,
  sourceRows,
} from './transfer/quarantine.ts';
export { MANIFEST_KEY, stagePrefix } from './transfer/stage-area.ts';
export { requireStagedCounts } from './transfer/load/staged-counts.ts';
export {
  STAGE_FORMATS,
  type LoadMode,
  type SchemaRemoval,
  type SourceFile,
  type StageFormat,
  type StageManifest,
  type StagedFile,
  type StagedQuarantine,
  type StagedTable,
} from './transfer/stage-manifest.ts';
export {
  type TableComparison,
  type TableFinding,
  absentTables,
  isReconciled,
  tableComparison,
} from './transfer/audit/table-comparison.ts';
export type { Column, ColumnType, TableSchema } from './transfer/table-schema.ts';
export {
  LOAD_LOG,
  MOST_KEY_COLUMNS,
  OWN_PREFIX,
  DELETED_AT,
  QUARANTINE,
  RECONCILIATION,
  RECORD_ID,
  SCHEMA_DRIFT,
  SYSTEM_TABLES,
  TABLE_BASE,
  TOMBSTONE,
  VALID_FROM,
  VALID_TO,
  WINDOW_END,
} from './transfer/target-names.ts';
