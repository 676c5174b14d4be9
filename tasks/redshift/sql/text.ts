import { type ColumnType, DataFailure, type Temporal, conversionOf } from '#framework';

/** One SQL statement and the name people know it by in messages. */
export interface Statement {
  readonly name: string;
  readonly sql: string;
}

/** Redshift cuts a longer identifier without a word, so a longer one is refused here. */
const LONGEST_NAME_BYTES = 127;

/**
 * The only way a name enters a statement. Folded to lower case, because Redshift folds quoted names too.
 * @throws DataFailure `E_REDSHIFT_NAME`
 */
export function quote(name: string): string {
  const bytes = Buffer.byteLength(name);
  if (bytes === 0 || bytes > LONGEST_NAME_BYTES || /[\0\\]/.test(name)) {
    throw new DataFailure(
      'E_REDSHIFT_NAME',
      `The name ${JSON.stringify(name)} cannot be used in Redshift: expected 1 to ${LONGEST_NAME_BYTES} bytes ` +
        'without a backslash or a zero byte. Rename it in the source or leave it out of the pipeline.',
    );
  }
  return `"${name.toLowerCase().replaceAll('"', '""')}"`;
}

/** Text as a literal; a backslash escapes in Redshift's ordinary quotes, as in PostgreSQL before 9.1. */
export function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

export function nullableLiteral(text: string | undefined): string {
  return text === undefined ? 'null' : literal(text);
}

/** An instant as a `timestamp` (UTC, no zone) with microseconds. */
export function timestampLiteral(instant: Temporal.Instant): string {
  const text = instant.toString({ fractionalSecondDigits: 6 });
  return `timestamp '${text.replace('T', ' ').replace('Z', '')}'`;
}

export function qualified(schema: string, table: string): string {
  return `${quote(schema)}.${quote(table)}`;
}

/** VARCHAR counts bytes in Redshift, as `ColumnType` does. */
export function typeText(type: ColumnType): string {
  switch (type.kind) {
    case 'text':
      return `varchar(${type.bytes})`;
    case 'long_text':
      return 'super';
    case 'decimal':
      return `decimal(${type.precision}, ${type.scale})`;
    case 'boolean':
    case 'date':
    case 'timestamp':
      return type.kind;
  }
}

/**
 * `expression` of type `from` as a value of type `to`; unchanged where Redshift needs no cast. A value that `to` cannot hold is
 * found before: see `conversionOf`.
 */
export function castText(expression: string, from: ColumnType, to: ColumnType): string {
  if (typeText(from) === typeText(to)) return expression;
  if (to.kind === 'text') return plainText(expression, from);
  if (to.kind === 'long_text') return superText([plainText(expression, from)]);
  if (conversionOf(from, to).kind === 'none') return `cast(null as ${typeText(to)})`;
  // Redshift has no cast from varchar to boolean, and reads no T and no Z into a timestamp without a zone.
  if (from.kind === 'text' && to.kind === 'boolean')
    return `case ${expression} when 'true' then true when 'false' then false end`;
  const read = from.kind === 'text' && to.kind === 'timestamp' ? `translate(${expression}, 'TZ', ' ')` : expression;
  return `cast(${read} as ${typeText(to)})`;
}

/** A value as the source would write it: a number without the zeros that its column adds, a moment in ISO 8601. */
export function plainText(expression: string, type: ColumnType): string {
  switch (type.kind) {
    case 'text':
      return expression;
    case 'long_text':
      return `json_serialize(${expression})`;
    case 'decimal':
      return type.scale === 0
        ? `cast(${expression} as varchar)`
        : `regexp_replace(cast(${expression} as varchar), '[.]?0+$', '')`;
    case 'boolean':
      return booleanText(expression);
    case 'date':
      return `to_char(${expression}, 'YYYY-MM-DD')`;
    case 'timestamp':
      return `regexp_replace(to_char(${expression}, 'YYYY-MM-DD"T"HH24:MI:SS.US'), '000$', '') || 'Z'`;
  }
}

/** A text as a SUPER array of its pieces, which fill up from the first; NULL where that is NULL. A string in a SUPER has at most 65,535 bytes. */
export function superText([first = 'null', ...more]: readonly string[]): string {
  const whole = more.reduce(
    (before, piece) => `array_concat(${before}, case when ${piece} is null then array() else array(${piece}) end)`,
    `array(${first})`,
  );
  return `case when ${first} is null then null else ${whole} end`;
}

/** A value as text, NULL where it is NULL. */
export function valueText(expression: string, type: ColumnType): string {
  if (type.kind === 'text') return expression;
  if (type.kind === 'long_text') return plainText(expression, type);
  return type.kind === 'boolean' ? booleanText(expression) : `cast(${expression} as varchar)`;
}

/** A value as people and programs read it: ISO 8601 with milliseconds in UTC for timestamps. */
export function readableText(expression: string, type: ColumnType): string {
  if (type.kind === 'timestamp') return `to_char(${expression}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
  return type.kind === 'date' ? `to_char(${expression}, 'YYYY-MM-DD')` : valueText(expression, type);
}

/**
 * A value as text in which NULL equals NULL, '' differs from NULL, and trailing blanks count (Redshift ignores them when
 * it compares VARCHAR). One expression on each side of an equality, so that joins stay hash joins.
 */
export function exactText(text: string): string {
  return `coalesce('[' || ${text} || ']', '')`;
}

function booleanText(expression: string): string {
  return `case when ${expression} then 'true' when not ${expression} then 'false' end`;
}

/** Lines of SQL; empty ones are left out. */
export function lines(...parts: readonly (string | readonly string[])[]): string {
  return parts
    .flat()
    .filter((line) => line !== '')
    .join('\n');
}
