import type { ObjectStore, Target } from '#framework';

import { audit } from './audit/audit.ts';
import type { DuckDbOpened } from './connector.ts';
import { inFile, load } from './load/load.ts';
import { removeDownloads } from './load/staged-files.ts';
import { countLoaded } from './sql/load/load-log.ts';

export interface DuckDbTargetOptions {
  /** The store that holds the staged files. */
  readonly stage: ObjectStore;
}

/** Loads windows into one schema of a DuckDB file: any window may come any number of times and in any order. */
export function duckDbTarget({ settings, file: database }: DuckDbOpened, { stage }: DuckDbTargetOptions): Target {
  const { file, schema, onRemoval: policy, contracts, pins, reconciles, deletes } = settings;
  const tools = { database, file, schema, stage, policy, contracts, pins, reconciles, deletes };
  return {
    count: async (context) => {
      const [row] = await inFile(tools, context, (run) => run(countLoaded(context)));
      if (row === undefined)
        return { kind: 'unknown', reason: `No load of this window is in ${schema}.windrow_load_log.` };
      return { kind: 'counted', rows: Number(row[0]) };
    },
    clean: (context) => removeDownloads(tools, context),
    load: (manifest, context) => load(tools, manifest, context),
    audit: (manifest, context) => audit(tools, manifest, context),
  };
}
