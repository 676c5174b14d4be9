import type { CheckTarget } from '#framework';

import type { AssetCheck } from '../asset-check.ts';
import { type TableCheckOptions, tableCheck } from './table-check.ts';
import { violations } from './violations.ts';

export interface AcceptedValuesOptions<Settings> extends TableCheckOptions<Settings> {
  readonly column: string;
  readonly values: readonly [Value, ...Value[]];
}

type Value = string | number | boolean;

/** Each row has one of the values, or none: `acceptedValues({ …, column: 'status__v', values: ['active__v', 'inactive__v'] })`. */
export function acceptedValues<Settings>(options: AcceptedValuesOptions<Settings>): AssetCheck {
  const { column, values, key = [] } = options;
  return tableCheck({ kind: 'accepted_values', columns: [column] }, options, (table) =>
    violations(table, {
      question: 'look for other values',
      broken: `${table.column(column)} not in (${values.map((value) => valueText(table.target, value)).join(', ')})`,
      key: [...key, column],
      says: `have another ${column} than ${values.join(', ')}`,
    }),
  );
}

function valueText({ literal }: CheckTarget, value: Value): string {
  return typeof value === 'string' ? literal(value) : String(value);
}
