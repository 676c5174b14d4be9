import { DataFailure, type Log } from '#framework';
import type { Converted } from '#tasks/parquet';

import { METADATA_EXTRACT } from './extract-keys.ts';
import type { ExtractPlan } from './plan-extracts.ts';

/** A file without a column that the metadata describes stops the window, or its rows have NULL there. */
export type MissingColumnPolicy = 'fail' | 'null';

export interface MissingColumnTools {
  readonly onMissingColumn: MissingColumnPolicy;
  readonly log: Log;
}

const MOST_NAMED = 20;

/**
 * The columns that the header lacks. Rows are whole images, so NULL takes the place of what stands there.
 * @throws DataFailure `E_ARCHIVE_COLUMN_MISSING` with the names of both sides
 */
export function missingColumns(
  { extract, columns }: Pick<ExtractPlan, 'extract' | 'columns'>,
  converted: Pick<Converted, 'columns' | 'unknownColumns'>,
  { onMissingColumn, log }: MissingColumnTools,
): readonly string[] {
  const header = new Set(converted.columns.map(({ name }) => name));
  const missing = [...columns.keys()].filter((name) => !header.has(name));
  // How the metadata names its own columns differs from Vault to Vault.
  if (missing.length === 0 || extract === METADATA_EXTRACT) return [];
  if (onMissingColumn === 'null') {
    log.warn('The header lacks columns that the metadata describes; they become NULL', {
      extract,
      columns: missing.slice(0, MOST_NAMED),
    });
    return missing;
  }
  const { unknownColumns } = converted;
  const more =
    unknownColumns.length === 0 ? '' : ` It has ${named(unknownColumns)}, which the metadata does not describe.`;
  throw new DataFailure(
    'E_ARCHIVE_COLUMN_MISSING',
    `The header of ${extract} lacks ${named(missing)}, which the metadata describes, so its rows would lose what they have there.${more} ` +
      'Nothing was loaded. Re-run the window; if it stays, ask Veeva to publish the file again, or take ON_MISSING_COLUMN=fail back.',
    { details: { extract, missing, unknown: [...unknownColumns] } },
  );
}

function named(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMED).join(', ');
  return names.length > MOST_NAMED ? `${shown} and ${names.length - MOST_NAMED} more` : shown;
}
