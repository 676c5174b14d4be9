import type { AssetCheck, CheckResult } from '../asset-check.ts';
import { type CheckedTable, type TableCheckOptions, tableCheck } from './table-check.ts';
import { firstRows, rowsText, sampled } from './violations.ts';

export interface UniqueOptions<Settings> extends Omit<TableCheckOptions<Settings>, 'key'> {
  /** Together they name a row. */
  readonly columns: readonly [string, ...string[]];
}

/**
 * No two rows have the same values in all of the columns: `unique({ …, columns: ['id', 'version'] })`. With a `windowColumn` the keys of
 * the window's rows are looked for in the whole table, since a double may have come with another window.
 */
export function unique<Settings>(options: UniqueOptions<Settings>): AssetCheck {
  const { columns } = options;
  return tableCheck({ kind: 'unique', columns }, options, async (table) => {
    const [[counted] = []] = await table.ask(
      'count the rows',
      `select count(*) from ${table.from} where ${table.inWindow}`,
    );
    const doubles = doublesOf(table, columns);
    const [[keys, copies] = []] = await table.ask(
      'count doubled keys',
      `select count(*), coalesce(sum(copies), 0) from (${doubles}) as doubled`,
    );
    const figures = { rows: Number(counted), doubled_keys: Number(keys), doubled_rows: Number(copies) };
    return figures.doubled_keys === 0
      ? { passed: true, description: `${sentence(table, columns)} in ${rowsText(figures.rows)}.`, metadata: figures }
      : failed(table, columns, figures);
  });
}

interface Figures {
  readonly rows: number;
  readonly doubled_keys: number;
  readonly doubled_rows: number;
}

async function failed(table: CheckedTable, columns: readonly string[], figures: Figures): Promise<CheckResult> {
  const named = [...columns, 'copies'];
  const found = await table.ask(
    'show doubled keys',
    `select * from (${doublesOf(table, columns)}) as doubled ${firstRows(columns.length)}`,
  );
  const { doubled_keys: keys, doubled_rows: rows } = figures;
  return {
    passed: false,
    description: `${table.title}: ${keys.toLocaleString('en')} ${keys === 1 ? 'value' : 'values'} of ${columns.join(', ')} stand in ${rowsText(rows)}; expected each once.`,
    metadata: { ...figures, samples: sampled(named, found) },
  };
}

function sentence(table: CheckedTable, columns: readonly string[]): string {
  return `${table.title} has each value of ${columns.join(', ')} once`;
}

function doublesOf(table: CheckedTable, columns: readonly string[]): string {
  const key = columns.map((name) => table.column(name)).join(', ');
  return (
    `select ${key}, count(*) as copies from ${table.from} group by ${key} ` +
    `having count(*) > 1 and sum(case when ${table.inWindow} then 1 else 0 end) > 0`
  );
}
