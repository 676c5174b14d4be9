import { type LoadNames, OWN_PREFIX, RECORD_ID, WINDOW_END } from '#framework';

import { quote } from './text.ts';

/** Code of the failure for a window whose key a later one removed. */
export const KEY_REMOVED = 'E_REDSHIFT_KEY_REMOVED';

/** Redshift holds no more in a table. */
export const MOST_COLUMNS = 1600;

/** How the tables of one try of a record are named. */
export function loadNames(load: { readonly recordId: number; readonly fence: number }): LoadNames {
  return {
    product: 'Redshift',
    code: 'E_REDSHIFT_TABLES',
    staging: (index, side) => stagingName(load, index, side),
  };
}

/** The fence in the name keeps a stale worker from copying into the tables of its successor. */
function stagingName(
  load: { readonly recordId: number; readonly fence: number },
  index: number,
  side: 'updates' | 'deletes',
): string {
  return `${stagingPrefix(load.recordId)}${load.fence}_${index}_${side}`;
}

/** What the staging tables of every try of a record begin with. */
export function stagingPrefix(recordId: number): string {
  return `${OWN_PREFIX}stage_r${recordId}_f`;
}

/** The procedure that applies one try of a record; Redshift keeps the prefix `sp_` free for those of users. */
export function applyProcedure(load: { readonly recordId: number; readonly fence: number }): string {
  return `sp_${OWN_PREFIX}apply_r${load.recordId}_f${load.fence}`;
}

export const windowEndColumn = quote(WINDOW_END);
export const recordIdColumn = quote(RECORD_ID);
