import type { AssetCheck } from '../asset-check.ts';
import { type TableCheckOptions, tableCheck } from './table-check.ts';
import { violations } from './violations.ts';

export interface RelationshipOptions<Settings> extends TableCheckOptions<Settings> {
  /** Where a row refers to, of the same target: `{ table: 'country__v', columns: { country__v: 'id' } }`, from its columns to theirs. */
  readonly to: { readonly table: string; readonly columns: Readonly<Record<string, string>> };
}

/** What a row refers to is there; a row without a value in one of the columns refers to nothing. */
export function relationship<Settings>(options: RelationshipOptions<Settings>): AssetCheck {
  const { to } = options;
  const pairs = Object.entries(to.columns);
  const columns = pairs.map(([own]) => own);
  const { key = [] } = options;
  return tableCheck({ kind: 'relationship', columns }, options, (table) => {
    const theirs = pairs.map(([, other]) => table.target.column(other));
    const matches = pairs.map(([own, other]) => `parent.${table.target.column(other)} = ${table.column(own)}`);
    const refers = columns.map((own) => `${table.column(own)} is not null`);
    return violations(table, {
      question: `look for rows whose ${to.table} is missing`,
      joins: `left join (select distinct ${theirs.join(', ')} from ${table.target.table(to.table)}) as parent on ${matches.join(' and ')}`,
      broken: `${refers.join(' and ')} and parent.${theirs[0] ?? ''} is null`,
      key: [...key, ...columns],
      says: `refer by ${columns.join(', ')} to a row that ${to.table} does not have`,
    });
  });
}
