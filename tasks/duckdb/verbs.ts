import { type AddVerbs, driftVerbs } from '#framework';

import { driftLog } from './audit/drift-log.ts';
import { duckDbConnection } from './connector.ts';

/** Adds `windrow duckdb …`. */
export const addVerbs: AddVerbs = (program, shell) => {
  const duckdb = program.command('duckdb').description('the DuckDB file that windows are loaded into');
  driftVerbs(duckdb, shell, async ({ connections }) => driftLog(await connections.get(duckDbConnection)));
};
