import type { Endpoint } from './endpoint.ts';
import { assetHistoryEndpoints } from './endpoints/asset-history.ts';
import { assetPartitionEndpoints } from './endpoints/asset-partitions.ts';
import { assetWriteEndpoints } from './endpoints/asset-writes.ts';
import { assetEndpoints } from './endpoints/assets.ts';
import { accessEndpoints } from './endpoints/access.ts';
import { auditEndpoints } from './endpoints/audit.ts';
import { backfillWriteEndpoints } from './endpoints/backfill-writes.ts';
import { backfillEndpoints } from './endpoints/backfills.ts';
import { dagWriteEndpoints } from './endpoints/dag-writes.ts';
import { dagEndpoints } from './endpoints/dags.ts';
import { driftEndpoints } from './endpoints/drift.ts';
import { explainEndpoints } from './endpoints/explain.ts';
import { fileEndpoints } from './endpoints/files.ts';
import { homeEndpoints } from './endpoints/home.ts';
import { installationEndpoints } from './endpoints/installation.ts';
import { poolWriteEndpoints } from './endpoints/pool-writes.ts';
import { recordWriteEndpoints } from './endpoints/record-writes.ts';
import { recordEndpoints } from './endpoints/records.ts';
import { scheduleEndpoints } from './endpoints/schedules.ts';
import { sensorEndpoints } from './endpoints/sensors.ts';
import { sensorWriteEndpoints } from './endpoints/sensor-writes.ts';
import { runWriteEndpoints } from './endpoints/run-writes.ts';
import { runEndpoints } from './endpoints/runs.ts';

/** Everything that the API answers. */
export const ENDPOINTS: readonly Endpoint[] = [
  homeEndpoints,
  dagEndpoints,
  dagWriteEndpoints,
  runEndpoints,
  runWriteEndpoints,
  recordEndpoints,
  recordWriteEndpoints,
  explainEndpoints,
  backfillEndpoints,
  backfillWriteEndpoints,
  scheduleEndpoints,
  sensorEndpoints,
  sensorWriteEndpoints,
  driftEndpoints,
  assetEndpoints,
  assetHistoryEndpoints,
  assetPartitionEndpoints,
  assetWriteEndpoints,
  fileEndpoints,
  installationEndpoints,
  poolWriteEndpoints,
  auditEndpoints,
  accessEndpoints,
].flat();
