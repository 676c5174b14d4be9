export {
  type Asset,
  type AssetContext,
  type AssetDep,
  type AssetOptions,
  type AssetWork,
  type Materialized,
  type WorkPolicy,
  type WorkResult,
  asset,
  from,
  multiAsset,
} from './asset.ts';
export {
  type AssetCheck,
  type CheckContext,
  type CheckOptions,
  type CheckResult,
  type EarlierNumbers,
  type Severity,
  check,
} from './asset-check.ts';
export { type AcceptedValuesOptions, acceptedValues } from './checks/accepted-values.ts';
export { type NotNullOptions, notNull } from './checks/not-null.ts';
export { type RelationshipOptions, relationship } from './checks/relationship.ts';
export { type RowCountOptions, rowCount } from './checks/row-count.ts';
export { type RowDeltaOptions, rowDelta } from './checks/row-delta.ts';
export { type SourceFreshnessOptions, sourceFreshness } from './checks/source-freshness.ts';
export type { TableCheckOptions } from './checks/table-check.ts';
export { type UniqueOptions, unique } from './checks/unique.ts';
export {
  type Automation,
  type KeptAutomation,
  automationText,
  onCron,
  onMissing,
  onParentsFresh,
  onWindowClose,
} from './automation/automation.ts';
export {
  type AutomationDetail,
  type AutomationRun,
  type AutomationStatus,
  type KeptEvaluation,
  listAutomations,
  showAutomation,
} from './automation/read-automation.ts';
export { type FreshAsset, type FreshnessChange, freshnessChanges, readFreshness } from './freshness/read-freshness.ts';
export { fileTransport } from './lineage/file-transport.ts';
export { type HttpTransportOptions, httpTransport } from './lineage/http-transport.ts';
export type { LineageOptions } from './lineage/lineage.ts';
export type { Delivery, LineageTransport } from './lineage/transport.ts';
export {
  type DeadlineOptions,
  type FreshnessPolicy,
  deadline,
  maxAge,
  policyText,
} from './freshness/freshness-policy.ts';
export { type AssetDag, type AssetDagOptions, assetDag } from './dags/asset-dag.ts';
export { type AssetsOptions, type DefinedAssets, defineAssets } from './define-assets.ts';
export type { AssetDefinition, Maker } from './definition.ts';
export { type AssetGraph, type AssetNode, assetGraph } from './graph.ts';
export { type AssetKey, assetKey, findAssetKey } from './key.ts';
export {
  type MaterializeRequest,
  type MaterializeRun,
  type PlannedRun,
  materialize,
  planMaterialize,
} from './materialize.ts';
export { type Materializes, type MaterializesOptions, materializes } from './materializes.ts';
export { type GivenMetadata, METADATA_TYPES, type Metadata, type MetadataEntry, NUMERIC_TYPES } from './metadata.ts';
export { closedWindows, findPartition, partitionKey, partitionKeys, readPartition } from './partition-key.ts';
export type { PartitionMapping } from './partition-mapping.ts';
export {
  type Partition,
  type Partitions,
  type ProductPartitions,
  type StaticPartitions,
  type WindowPartitions,
  names,
  namesOf,
  partitionsText,
  product,
  windows,
  windowsOf,
} from './partitions.ts';
export {
  type AssetEvent,
  type EventCursor,
  type EventFilter,
  type PlotPoint,
  type PlotSeries,
  assetEvents,
  assetPlots,
} from './read/asset-events.ts';
export {
  type AssetHappening,
  type HistoryFilter,
  type HistoryPlace,
  assetHistory,
  placeOf,
} from './read/asset-history.ts';
export { type LineageNode, assetLineage } from './read/asset-lineage.ts';
export { type AssetSummary, type LastCheck, type LastMaterialization, summaries } from './read/asset-summary.ts';
export { type Catalog, assetCatalog } from './read/catalog.ts';
export { type CheckEvent, type CheckFilter, checkHistory } from './read/check-history.ts';
export { type AssetFilter, type AssetPage, type AssetPlace, listAssets } from './read/list-assets.ts';
export {
  PARTITION_STATES,
  type PartitionBar,
  type PartitionRange,
  type PartitionRow,
  partitionBar,
} from './read/partition-bar.ts';
export { type AssetDetail, showAsset } from './read/show-asset.ts';
export { type PartitionDetail, showPartition } from './read/show-partition.ts';
export { type Unsynced, unsyncedText } from './read/staleness.ts';
export { type AssetRecorder, type RecordedFacts, assets } from './record/recorder.ts';
export { type Selectable, selectAssets } from './select/selection.ts';
export { type Wiped, wipe } from './wipe.ts';
