import type { ColumnType } from '#framework';

/** One SQL statement, the name people know it by in messages, and its values. */
export interface Statement {
  readonly name: string;
  readonly sql: string;
  readonly values?: Readonly<Record<string, string | null>>;
}

/** The only way a name enters a statement. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** For texts that DuckDB does not take as values: paths of files. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function typeText(type: ColumnType): string {
  switch (type.kind) {
    case 'text':
      return 'varchar';
    case 'decimal':
      return `decimal(${type.precision}, ${type.scale})`;
    case 'boolean':
    case 'date':
    case 'timestamp':
      return type.kind;
  }
}

/** The end of the window, whose value is `end`. */
export const END = 'cast($end as timestamp)';
