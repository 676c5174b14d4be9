import type { ObjectStore, Target } from '#framework';

import { audit } from './audit/audit.ts';
import type { RedshiftOpened } from './connector.ts';
import { emptyWhereMissing } from './errors.ts';
import { load, olderStaging } from './load/load.ts';
import { dropStaging } from './load/stage-copy.ts';
import { listStaging } from './sql/catalog.ts';
import { countLoaded } from './sql/load/load-log.ts';
import { stagingPrefix } from './sql/names.ts';

export interface RedshiftTargetOptions {
  /** The store that holds the staged files; COPY manifests are written beside them. */
  readonly stage: ObjectStore;
}

/** Loads windows into one schema of Redshift: any window may come any number of times and in any order. */
export function redshiftTarget(opened: RedshiftOpened, options: RedshiftTargetOptions): Target {
  const { warehouse, settings } = opened;
  const { schema } = settings;
  const tools = {
    warehouse,
    schema,
    stage: options.stage,
    iamRole: settings.iamRole,
    parallelCopies: settings.parallelCopies,
    policy: settings.onRemoval,
    deletes: settings.deletes,
    analyzeRows: settings.analyzeRows,
    layouts: settings.layouts,
    contracts: settings.contracts,
    reconciles: settings.reconciles,
    pins: settings.pins,
  };
  return {
    count: async (context) => {
      const counted = warehouse.rows(countLoaded(schema, context), { signal: context.signal });
      const [row] = await emptyWhereMissing(counted);
      if (row === undefined)
        return { kind: 'unknown', reason: `No load of this window is in ${schema}.windrow_load_log.` };
      return { kind: 'counted', rows: Number(row[0]) };
    },
    clean: async (context) => {
      const rows = await warehouse.rows(listStaging(schema, stagingPrefix(context.recordId)), {
        signal: context.signal,
      });
      await dropStaging(
        tools,
        olderStaging(
          rows.map(([name]) => name ?? ''),
          context,
        ),
        context.signal,
      );
    },
    load: (manifest, context) => load(tools, manifest, context),
    audit: (manifest, context) => audit(tools, manifest, context),
  };
}
