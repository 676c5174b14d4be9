import type { Extract } from '../model/extract.ts';
import type { Row } from '../model/table.ts';

/** Quotes only what needs it, so that outer spaces stand unquoted and must survive all the same. */
function csvField(value: string): string {
  return /[",\n\r]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

export function csvText(rows: Iterable<readonly string[]>): string {
  let text = '';
  for (const row of rows) text += `${row.map(csvField).join(',')}\n`;
  return text;
}

/** The rows of an extract with its header. */
export function extractCsv(extract: Extract, rows: Iterable<Row>): string {
  return csvText(withHeader(extract, rows));
}

function* withHeader(extract: Extract, rows: Iterable<Row>): Generator<readonly string[]> {
  yield extract.columns.map((column) => column.name);
  for (const row of rows) yield extract.columns.map((column) => row[column.slot] ?? '');
}
