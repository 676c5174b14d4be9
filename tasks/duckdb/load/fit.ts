import { type FitCheck, type Misfit, type StagedFitCheck, retypeFailure, valueFailure } from '#framework';

import type { Row } from '../client.ts';
import type { Run } from '../database-file.ts';
import { findMisfit, findStagedMisfit } from '../sql/load/misfit.ts';
import type { StagedFiles } from '../sql/load/stage.ts';
import { typeText } from '../sql/text.ts';
import { pinText } from './target-type.ts';

/** @throws DataFailure `E_DUCKDB_RETYPE` where a standing value would not survive the new type of its column */
export async function refuseMisfits(run: Run, checks: readonly FitCheck[]): Promise<void> {
  for (const check of checks) {
    const misfit = firstMisfit(await run(findMisfit(check)));
    if (misfit !== undefined) throw retypeFailure(check, misfit, { code: 'E_DUCKDB_RETYPE', typeText });
  }
}

/** @throws DataFailure `E_DUCKDB_VALUE` where a value of the window does not fit its column */
export async function refuseStagedMisfits(
  run: Run,
  checks: readonly StagedFitCheck[],
  files: StagedFiles,
): Promise<void> {
  for (const check of checks) {
    const misfit = firstMisfit(await run(findStagedMisfit(check, files)));
    if (misfit !== undefined) throw valueFailure(check, misfit, { code: 'E_DUCKDB_VALUE', typeText: pinText });
  }
}

function firstMisfit([row]: readonly Row[]): Misfit | undefined {
  if (row === undefined) return undefined;
  const [value = null, ...key] = row;
  return { key, value };
}
