import {
  type FitCheck,
  type Misfit,
  type StagedFitCheck,
  type TransferContext,
  retypeFailure,
  valueFailure,
} from '#framework';

import { findMisfit } from '../sql/load/misfit.ts';
import { typeText } from '../sql/text.ts';
import type { TargetPlace } from './target-state.ts';

/** @throws DataFailure `E_REDSHIFT_RETYPE` where a standing value would not survive the new type of its column */
export async function refuseMisfits(
  place: TargetPlace,
  checks: readonly FitCheck[],
  context: TransferContext,
): Promise<void> {
  for (const check of checks) {
    const misfit = await firstMisfit(place, { check, source: check.table }, context);
    if (misfit !== undefined) throw retypeFailure(check, misfit, { code: 'E_REDSHIFT_RETYPE', typeText });
  }
}

/** @throws DataFailure `E_REDSHIFT_VALUE` where a value of the window does not fit its column */
export async function refuseStagedMisfits(
  place: TargetPlace,
  checks: readonly StagedFitCheck[],
  context: TransferContext,
): Promise<void> {
  for (const check of checks) {
    const misfit = await firstMisfit(place, { check, source: check.part.staging }, context);
    if (misfit !== undefined) throw valueFailure(check, misfit, { code: 'E_REDSHIFT_VALUE', typeText });
  }
}

async function firstMisfit(
  { warehouse, schema }: TargetPlace,
  { check, source }: { readonly check: FitCheck; readonly source: string },
  { signal }: TransferContext,
): Promise<Misfit | undefined> {
  const [row] = await warehouse.rows(findMisfit(check, { schema, source }), { signal });
  if (row === undefined) return undefined;
  const [value = null, ...key] = row;
  return { key, value };
}
