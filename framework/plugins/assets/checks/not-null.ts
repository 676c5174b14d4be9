import type { AssetCheck } from '../asset-check.ts';
import { type TableCheckOptions, tableCheck } from './table-check.ts';
import { violations } from './violations.ts';

export interface NotNullOptions<Settings> extends TableCheckOptions<Settings> {
  readonly columns: readonly string[];
}

/** No row is without a value in any of the columns: `notNull({ on: redshiftConnection, table: 'product__v', columns: ['name__v'] })`. */
export function notNull<Settings>(options: NotNullOptions<Settings>): AssetCheck {
  const { columns, key = columns } = options;
  return tableCheck({ kind: 'not_null', columns }, options, (table) =>
    violations(table, {
      question: 'look for rows without a value',
      broken: columns.map((name) => `${table.column(name)} is null`).join(' or '),
      key,
      says: `have no ${columns.join(' or no ')}`,
    }),
  );
}
