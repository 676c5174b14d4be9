import { Cursor, isSymbol, isWord, postgresToken, splitAtCommas, syntaxErrorAt } from './cursor.ts';
import { RedshiftError } from './redshift-error.ts';
import type { Token } from './tokenize.ts';
import { readType } from './types.ts';

/** Turns Redshift's expressions and queries into PostgreSQL's: casts, functions, TOP, MINUS. */
export function rewriteExpressions(tokens: readonly Token[]): Token[] {
  const cursor = new Cursor(tokens);
  const written: Token[] = [];
  const limits = new PendingLimits();
  while (!cursor.isAtEnd) {
    if (takeTop(cursor, written, limits)) continue;
    if (cursor.isSymbol(')')) written.push(...limits.close());
    if (cursor.isSymbol('(')) limits.open();
    written.push(...next(cursor, written.at(-1)));
  }
  return [...written, ...limits.close()];
}

/** `select top 5 …` becomes `select … limit 5` at the end of the same query. */
class PendingLimits {
  readonly #byDepth: Token[][] = [[]];

  add(limit: Token): void {
    this.#byDepth.at(-1)?.push(postgresToken('limit'), limit);
  }

  open(): void {
    this.#byDepth.push([]);
  }

  close(): Token[] {
    return this.#byDepth.pop() ?? [];
  }
}

function takeTop(cursor: Cursor, written: readonly Token[], limits: PendingLimits): boolean {
  if (!isWord(written.at(-1), 'select') || !cursor.isWord('top') || cursor.peek(1)?.kind !== 'number') return false;
  cursor.take();
  limits.add(cursor.take());
  return true;
}

const RENAMED_FUNCTIONS: Readonly<Record<string, string>> = {
  nvl: 'coalesce',
  len: 'length',
  textlen: 'length',
  version: 'redshift_version',
  ifnull: 'coalesce',
  // PostgreSQL has a clause of this name.
  json_serialize: 'pg_catalog.json_serialize',
};

const REWRITTEN_FUNCTIONS: Readonly<Record<string, (args: readonly Token[][]) => Token[]>> = {
  decode,
  cast,
  convert,
  dateadd: withDatePart('dateadd'),
  date_add: withDatePart('dateadd'),
  datediff: withDatePart('datediff'),
  date_diff: withDatePart('datediff'),
  date_part: withDatePart('date_part'),
  array: superArray,
};

const VIEWS: Readonly<Record<string, string>> = { columns: 'svv_columns', tables: 'svv_tables' };

function next(cursor: Cursor, previous: Token | undefined): Token[] {
  const token = cursor.take();
  if (isSymbol(token, '::')) return [token, postgresToken(readType(cursor, 'expression').postgres)];
  if (token.kind !== 'word' || isSymbol(previous, '.')) return [token];
  if (cursor.isSymbol('(')) return call(token, cursor);
  return [word(token, cursor)];
}

function word(token: Token, cursor: Cursor): Token {
  switch (token.value) {
    case 'minus':
      return postgresToken('except');
    case 'sysdate':
      return postgresToken('getdate()');
    case 'approximate':
      return postgresToken('');
    case 'qualify':
      throw new RedshiftError('the Redshift stand-in does not do QUALIFY; use a subquery with row_number()');
    case 'information_schema':
      return informationSchema(token, cursor);
    default:
      return token;
  }
}

function informationSchema(token: Token, cursor: Cursor): Token {
  const view = VIEWS[cursor.peek(1)?.value ?? ''];
  if (!cursor.isSymbol('.') || view === undefined) return token;
  cursor.take();
  cursor.take();
  return postgresToken(`pg_catalog.${view}`);
}

function call(token: Token, cursor: Cursor): Token[] {
  const rewrite = REWRITTEN_FUNCTIONS[token.value];
  if (rewrite !== undefined) {
    const inside = cursor.bracketed();
    return rewrite(isWord(token, 'cast') ? [inside] : splitAtCommas(inside));
  }
  if (token.value === 'listagg') return listagg(cursor);
  const name = RENAMED_FUNCTIONS[token.value];
  return [name === undefined ? token : postgresToken(name)];
}

function cast([inside = []]: readonly Token[][]): Token[] {
  const cursor = new Cursor(inside);
  const value = cursor.until((token) => isWord(token, 'as'));
  cursor.expectWord('as');
  const type = readType(cursor, 'expression');
  cursor.expectEnd();
  return castTo(type.postgres, value);
}

function convert([type = [], value = []]: readonly Token[][]): Token[] {
  const cursor = new Cursor(type);
  const { postgres } = readType(cursor, 'expression');
  cursor.expectEnd();
  return castTo(postgres, value);
}

function castTo(type: string, value: readonly Token[]): Token[] {
  return [postgresToken('cast ('), ...rewriteExpressions(value), postgresToken(`as ${type})`)];
}

/** decode(e, s1, r1, …, d): unlike `case e when`, two NULLs are equal. */
function decode(args: readonly Token[][]): Token[] {
  const [value = [], ...rest] = args.map((arg) => rewriteExpressions(arg));
  const otherwise = rest.length % 2 === 1 ? rest.at(-1) : undefined;
  const written = [postgresToken('case')];
  for (let at = 0; at + 1 < rest.length; at += 2) {
    written.push(postgresToken('when ('), ...value, postgresToken(') is not distinct from ('), ...(rest[at] ?? []));
    written.push(postgresToken(') then'), ...(rest[at + 1] ?? []));
  }
  if (otherwise !== undefined) written.push(postgresToken('else'), ...otherwise);
  return [...written, postgresToken('end')];
}

/** ARRAY makes a SUPER; of a subquery it is PostgreSQL's. */
function superArray(args: readonly Token[][]): Token[] {
  const [first] = args[0] ?? [];
  if (isWord(first, 'select') || isWord(first, 'with')) throw syntaxErrorAt(first);
  const values = args.map((arg) => rewriteExpressions(arg));
  const listed = values.flatMap((value, index) => (index === 0 ? value : [postgresToken(','), ...value]));
  return [postgresToken('pg_catalog.super_checked(jsonb_build_array('), ...listed, postgresToken('))')];
}

/** The first argument is a bare word such as `day`, or a literal. */
function withDatePart(name: string): (args: readonly Token[][]) => Token[] {
  return ([part = [], ...rest]) => {
    const [first] = part;
    if (first === undefined || part.length !== 1) throw syntaxErrorAt(part[1]);
    const others = rest.flatMap((arg) => [postgresToken(','), ...rewriteExpressions(arg)]);
    return [
      postgresToken(`${name}(`),
      { ...first, kind: 'string', value: first.value.toLowerCase() },
      ...others,
      postgresToken(')'),
    ];
  };
}

function listagg(cursor: Cursor): Token[] {
  const inside = cursor.bracketed();
  const distinct = isWord(inside[0], 'distinct');
  const [value = [], separator] = splitAtCommas(distinct ? inside.slice(1) : inside);
  let order: Token[] = [];
  if (cursor.takeWord('within', 'group')) order = cursor.bracketed();
  return [
    postgresToken(`string_agg(${distinct ? 'distinct ' : ''}cast (`),
    ...rewriteExpressions(value),
    postgresToken('as varchar),'),
    ...(separator ?? [postgresToken("''")]),
    ...rewriteExpressions(order),
    postgresToken(')'),
  ];
}
