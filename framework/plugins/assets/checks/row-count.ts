import { DefinitionFailure } from '#framework';

import type { AssetCheck } from '../asset-check.ts';
import { type TableCheckOptions, tableCheck } from './table-check.ts';
import { rowsText } from './violations.ts';

export interface RowCountOptions<Settings> extends TableCheckOptions<Settings> {
  /** Default 1 where there is no `max`, otherwise 0. */
  readonly min?: number;
  readonly max?: number;
}

/**
 * There are as many rows as expected: `rowCount({ on: redshiftConnection, table: 'product__v', min: 1 })`.
 * @throws DefinitionFailure `E_CHECK_UNUSABLE`
 */
export function rowCount<Settings>(options: RowCountOptions<Settings>): AssetCheck {
  const { max = Infinity, min = max === Infinity ? 1 : 0 } = options;
  if (!(min >= 0 && min <= max)) {
    throw new DefinitionFailure(
      'E_CHECK_UNUSABLE',
      `The row count of "${options.table}" can never be from ${min} to ${max}. Expected a "min" of 0 or more that is not above "max".`,
    );
  }
  const expected =
    max === Infinity
      ? `${min.toLocaleString('en')} or more`
      : `${min.toLocaleString('en')} to ${max.toLocaleString('en')}`;
  return tableCheck({ kind: 'row_count', columns: [] }, options, async (table) => {
    const [[counted] = []] = await table.ask(
      'count the rows',
      `select count(*) from ${table.from} where ${table.inWindow}`,
    );
    const rows = Number(counted);
    return {
      passed: rows >= min && rows <= max,
      description: `${table.title} has ${rowsText(rows)}; expected ${expected}.`,
      metadata: { rows },
    };
  });
}
