import type { CheckTarget } from '#framework';

import { literal, qualified, quote, timestampLiteral } from './sql/text.ts';
import type { Warehouse } from './warehouse.ts';

export function redshiftCheckTarget(warehouse: Warehouse, schema: string): CheckTarget {
  return {
    table: (name) => qualified(schema, name),
    column: quote,
    literal,
    moment: timestampLiteral,
    rows: (query, signal) => warehouse.rows(query, { signal }),
  };
}
