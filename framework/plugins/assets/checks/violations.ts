import type { CheckResult } from '../asset-check.ts';
import type { CheckedTable } from './table-check.ts';

/** So many rows are shown of a failure. */
const MOST_SAMPLES = 10;

export interface Violation {
  /** What is asked, for messages of the warehouse. */
  readonly question: string;
  /** Joins that `broken` needs. */
  readonly joins?: string;
  /** The condition of a row that breaks the rule. */
  readonly broken: string;
  /** Columns that name a row in the samples. */
  readonly key: readonly string[];
  /** What the broken rows have, as in `have no name__v`. */
  readonly says: string;
}

/** Counts the rows that break a rule, and shows some of them. */
export async function violations(table: CheckedTable, violation: Violation): Promise<CheckResult> {
  const { question, joins = '', broken } = violation;
  const from = `${table.from} ${joins} where ${table.inWindow}`;
  const [[all, wrong] = []] = await table.ask(
    question,
    `select count(*), coalesce(sum(case when ${broken} then 1 else 0 end), 0) from ${from}`,
  );
  const [rows, failed] = [Number(all), Number(wrong)];
  const counted = { rows, failed_rows: failed };
  if (failed === 0)
    return {
      passed: true,
      description: `None of ${rowsText(rows)} of ${table.title} ${violation.says}.`,
      metadata: counted,
    };
  return {
    passed: false,
    description: `${failed.toLocaleString('en')} of ${rowsText(rows)} of ${table.title} ${violation.says}.`,
    metadata: { ...counted, samples: await samples(table, violation, `${from} and (${broken})`) },
  };
}

/** Rows as a table of metadata, named by their key. */
export function sampled(key: readonly string[], rows: readonly (readonly (string | null)[])[]) {
  return {
    type: 'table' as const,
    value: rows.map((row) => Object.fromEntries(key.map((name, index) => [name, row[index] ?? null]))),
  };
}

export function rowsText(rows: number): string {
  return rows === 1 ? '1 row' : `${rows.toLocaleString('en')} rows`;
}

/** Behind a query: the first rows in the order of so many columns. */
export function firstRows(columns: number): string {
  const order = Array.from({ length: columns }, (_column, index) => index + 1);
  return `order by ${order.join(', ')} limit ${MOST_SAMPLES}`;
}

async function samples(table: CheckedTable, { question, key }: Violation, from: string) {
  const columns = key.map((name) => table.column(name)).join(', ');
  return sampled(
    key,
    await table.ask(`${question}, samples`, `select ${columns} from ${from} ${firstRows(key.length)}`),
  );
}
