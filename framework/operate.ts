export { verbTools } from './cli/project-verbs.ts';
export { type Project, type SecretStore, defineProject } from './dag/project.ts';
export { type Access, access } from './process/access.ts';
export { type OpenedSession, type SessionAccess, sessionAccess } from './process/access/session-access.ts';
export {
  type BackfillPlan,
  type BackfillRequest,
  type Backfills,
  type CreatedBackfill,
  backfills,
} from './process/backfills.ts';
export { pluginRuns } from './process/plugin-runs.ts';
export type { Prepare, Prepared } from './process/preparation.ts';
export type { Dashboard, DashboardOptions, StartDashboard } from './process/dashboard.ts';
export { type InstallationOptions, openInstallation } from './process/installation.ts';
export {
  type Explanation,
  type TaskQuestion,
  explainBackfill,
  explainRecord,
  explainRun,
  explainTask,
} from './process/explain.ts';
export {
  type AcceptedRerun,
  type CancelledRecord,
  type CancelledRun,
  type NotFound,
  type Operations,
  type Rerun,
  type RerunFrom,
  type RerunOptions,
  type RerunPreview,
  type Switched,
  type Triggered,
  operations,
} from './process/operations.ts';
export {
  type CursorPreview,
  type CursorSet,
  type ItemRerun,
  type ItemSkipped,
  type PreviewedItem,
  type SensorDetail,
  type SensorOperations,
  sensorOperations,
} from './process/sensor-operations.ts';
export { loadSections } from './process/plugin-sections.ts';
export type { RerunTarget, RerunTasks, TaskAgain, TasksAgain, TasksRerun } from './process/rerun-tasks.ts';
export { type Settings, readEngineSettings } from './process/settings.ts';
export type { CreatedByHand, Refused, TriggerOptions } from './process/trigger.ts';
export { watchChanges } from './process/watch-changes.ts';
export { type Windrow, type WindrowOptions, openWindrow } from './process/windrow.ts';
export {
  type EmbeddedOptions,
  type EmbeddedPostgres,
  openEmbeddedPostgres,
} from './store/embedded/embedded-postgres.ts';
export type { OidcSettings } from './process/oidc-settings.ts';
export type { Reason, ReasonCode } from './run/explain/reason.ts';
export {
  type BackfillDetail,
  type BackfillFilter,
  type BackfillView,
  listBackfills,
  showBackfill,
} from './store/backfills/read-backfills.ts';
export { pluginDatabase } from './store/plugins/plugin-database.ts';
export { type PoolChange, resetPool, setPool } from './store/pools.ts';
export { isStorableMoment } from './core/storable-moment.ts';
export { DRIFT_DECISIONS } from './core/schema-drift.ts';
export { DEED_SOURCES } from './store/access/audit-log.ts';
export { type Role, ROLES, coversRole } from './store/access/role.ts';
export { RUN_STATES, type RunState } from './run/run-state.ts';
export { TASK_STATES, type TaskState } from './run/task-state.ts';
export { RUN_KINDS, createRun } from './store/runs/create-run.ts';
export { type GridColumnView, readGrid } from './store/views/runs/read-grid.ts';
export { listFailedRuns } from './store/views/runs/list-failed-runs.ts';
export { databaseNow } from './store/views/database-now.ts';
export { readActivity } from './store/views/runs/read-activity.ts';
export { BACKFILL_SELECTIONS, BACKFILL_STATES, WINDOW_STANDINGS } from './record/backfill-plan.ts';
export { FILE_STATUSES } from './store/records/source-files.ts';
export { listSourceFiles } from './store/views/list-source-files.ts';
export { type NotableEvent, listNotableEvents } from './store/views/list-notable-events.ts';
export { listSchemaDrift } from './store/views/list-schema-drift.ts';
export { listMigrations } from './store/views/list-migrations.ts';
export { readHop, readQueues } from './store/views/read-queues.ts';
export { findLoadReceipt } from './store/views/find-load-receipt.ts';
export { listQuarantine } from './store/views/list-quarantine.ts';
export { readTableSizes } from './store/views/table-sizes.ts';
export { countDags } from './store/views/count-dags.ts';
export { countNeeds } from './store/views/count-needs.ts';
export { listLateWindows } from './store/views/list-late-windows.ts';
export { recentRuns } from './store/views/runs/recent-runs.ts';
export type { DagSummary, LastRun } from './store/views/dag-rows.ts';
export { findRecord } from './store/views/find-record.ts';
export { findRun } from './store/views/runs/find-run.ts';
export { listDags } from './store/views/list-dags.ts';
export { listSchedules } from './store/views/list-schedules.ts';
export { lastWindowEnds } from './store/views/last-window-ends.ts';
export { type RecordFilter, listRecords } from './store/views/list-records.ts';
export { type PoolView, listPools } from './store/views/list-pools.ts';
export { type RunFilter, listRuns } from './store/views/runs/list-runs.ts';
export { type HoldingItem, type SensorView, listSensors } from './store/views/list-sensors.ts';
export type { AttemptView } from './store/views/runs/read-attempts.ts';
export type { TaskView } from './store/views/runs/read-run-tasks.ts';
export { notableTasks } from './store/views/runs/notable-tasks.ts';
export { type LogLine, type TaskLogFilter, readTaskLog } from './store/views/runs/read-task-log.ts';
export { type EventView, recordEvents } from './store/views/record-events.ts';
export type { RunSummary } from './store/views/runs/run-summary.ts';
export type { SensorItemView } from './store/views/sensor-items.ts';
export { type DagDetail, showDag } from './store/views/show-dag.ts';
export { type RunDetail, showRun } from './store/views/runs/show-run.ts';
export { type WorkerIdentity, findLiveProcesses } from './store/workers.ts';
