import type { Column } from '#framework';

import type { Row } from './client.ts';
import { listColumns, listTables } from './sql/catalog.ts';
import { type Statement, lines, qualified, quote, readableText } from './sql/text.ts';
import type { Warehouse } from './warehouse.ts';

/** Reads loaded tables back as exact text, for verification. */
export interface RedshiftReader {
  /** The loaded tables of the schema, without Windrow's own. */
  readonly listTables: () => Promise<readonly string[]>;
  /** Names of a table's columns, without Windrow's own. */
  readonly listColumns: (table: string) => Promise<readonly string[]>;
  /**
   * All rows, page by page, in no order. Text as it is, decimals without trailing zeros (`12.5`), dates `2026-01-20`,
   * timestamps `2026-01-20T13:15:00.000Z`, booleans `true` and `false`, NULL as null.
   */
  readonly readTable: (table: string, columns: readonly Column[]) => AsyncIterable<readonly Row[]>;
}

export function redshiftReader(warehouse: Warehouse, schema: string): RedshiftReader {
  return {
    listTables: async () => (await warehouse.rows(listTables(schema))).map(([name]) => name ?? ''),
    listColumns: async (table) => (await warehouse.rows(listColumns(schema, table))).map(([name]) => name ?? ''),
    readTable: (table, columns) => readTable({ warehouse, schema, table }, columns),
  };
}

interface ReadPlace {
  readonly warehouse: Warehouse;
  readonly schema: string;
  readonly table: string;
}

async function* readTable(place: ReadPlace, columns: readonly Column[]): AsyncIterable<readonly Row[]> {
  const decimals = columns.map((column) => column.type.kind === 'decimal');
  const finished = await place.warehouse.run([selectText(place, columns)]);
  for await (const page of place.warehouse.pages(finished, 0)) {
    yield page.map((row) =>
      row.map((value, index) => (value !== null && decimals[index] === true ? plainDecimal(value) : value)),
    );
  }
}

function selectText({ schema, table }: ReadPlace, columns: readonly Column[]): Statement {
  const texts = columns.map((column) => readableText(quote(column.name), column.type));
  return { name: `read ${table}`, sql: lines(`select ${texts.join(', ')}`, `from ${qualified(schema, table)}`) };
}

/** A column's scale shows as trailing zeros that are not part of the value. */
function plainDecimal(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
