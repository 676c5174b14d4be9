import { type ColumnType, conversionOf } from '#framework';

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
    case 'long_text':
      return 'varchar';
    case 'decimal':
      return `decimal(${type.precision}, ${type.scale})`;
    case 'boolean':
    case 'date':
    case 'timestamp':
      return type.kind;
  }
}

/**
 * `expression` of type `from` as a value of type `to`. A value that `to` cannot hold is found before: see `conversionOf`.
 */
export function castText(expression: string, from: ColumnType, to: ColumnType): string {
  if (to.kind === 'text') return plainText(expression, from);
  if (conversionOf(from, to).kind === 'none') return `cast(null as ${typeText(to)})`;
  const read = from.kind === 'text' && to.kind === 'timestamp' ? `translate(${expression}, 'TZ', ' ')` : expression;
  return `cast(${read} as ${typeText(to)})`;
}

/** A value as the source would write it: a number without the zeros that its column adds, a moment in ISO 8601. */
export function plainText(expression: string, type: ColumnType): string {
  const text = `cast(${expression} as varchar)`;
  switch (type.kind) {
    case 'text':
    case 'long_text':
      return expression;
    case 'decimal':
      return type.scale === 0 ? text : `regexp_replace(${text}, '[.]?0+$', '')`;
    case 'boolean':
    case 'date':
      return text;
    case 'timestamp':
      return `regexp_replace(strftime(${expression}, '%Y-%m-%dT%H:%M:%S.%f'), '000$', '') || 'Z'`;
  }
}

/** The end of the window, whose value is `end`. */
export const END = 'cast($end as timestamp)';
