export { type Project, type SecretStore, defineProject } from './dag/project.ts';
export {
  type BackfillPlan,
  type BackfillRequest,
  type Backfills,
  type CreatedBackfill,
  backfills,
} from './process/backfills.ts';
export type { Prepare, Prepared } from './process/preparation.ts';
export type { Dashboard, DashboardOptions, StartDashboard } from './process/dashboard.ts';
export { type InstallationOptions, engineSettings, openInstallation, settingSources } from './process/installation.ts';
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
export {
  type Cell,
  type LoadedSection,
  type SectionFilter,
  type ShownPart,
  loadSections,
} from './process/plugin-sections.ts';
export type { RerunTarget, RerunTasks, TaskAgain, TasksAgain, TasksRerun } from './process/rerun-tasks.ts';
export { type Settings, readEngineSettings } from './process/settings.ts';
export type { CreatedByHand, Refused, TriggerOptions } from './process/trigger.ts';
export { type Windrow, type WindrowOptions, openWindrow } from './process/windrow.ts';
export {
  type EmbeddedOptions,
  type EmbeddedPostgres,
  openEmbeddedPostgres,
} from './store/embedded/embedded-postgres.ts';
export type { Reason, ReasonCode } from './run/explain/reason.ts';
export {
  type BackfillDetail,
  type BackfillFilter,
  type BackfillView,
  listBackfills,
  showBackfill,
} from './store/backfills/read-backfills.ts';
export { type PoolChange, resetPool, setPool } from './store/pools.ts';
export { createRun } from './store/runs/create-run.ts';
export type { DagSummary, LastRun } from './store/views/dag-rows.ts';
export { findRecord } from './store/views/find-record.ts';
export { findRun } from './store/views/runs/find-run.ts';
export { listDags } from './store/views/list-dags.ts';
export { type RecordFilter, listRecords } from './store/views/list-records.ts';
export { type PoolView, listPools } from './store/views/list-pools.ts';
export { type RunFilter, listRuns } from './store/views/runs/list-runs.ts';
export { type HoldingItem, type SensorView, listSensors } from './store/views/list-sensors.ts';
export type { AttemptView } from './store/views/runs/read-attempts.ts';
export type { TaskView } from './store/views/runs/read-run-tasks.ts';
export { instancesText, notableTasks } from './store/views/runs/notable-tasks.ts';
export { readRunLogs } from './store/views/runs/read-run-logs.ts';
export { type LogLine, type TaskLogFilter, readTaskLog } from './store/views/runs/read-task-log.ts';
export { type EventView, recordEvents } from './store/views/record-events.ts';
export type { RunSummary } from './store/views/runs/run-summary.ts';
export type { SensorItemView } from './store/views/sensor-items.ts';
export { type DagDetail, showDag } from './store/views/show-dag.ts';
export { type RunDetail, showRun } from './store/views/runs/show-run.ts';
export { type LiveWorker, type WorkerIdentity, findLiveWorkers } from './store/workers.ts';
