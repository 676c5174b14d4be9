import { RedshiftError } from './redshift-error.ts';

export type TokenKind = 'word' | 'name' | 'string' | 'number' | 'symbol' | 'parameter' | 'postgres';

/**
 * A piece of a statement. `value` is what it means: a word or a quoted name in lower case, the decoded text of a literal.
 * A `postgres` token is text for PostgreSQL that a rewriting step put in.
 */
export interface Token {
  readonly kind: TokenKind;
  readonly value: string;
  readonly text: string;
  /** Offset in the statement as it was sent. */
  readonly start: number;
}

const BLANK = /(?:\s+|--[^\n]*)+/y;
const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const TEMPORARY_NAME = /#[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const PARAMETER = /:[0-9a-zA-Z_]+/y;
const OPERATOR = /[+\-*/<>=~!@#%^&|`?]+/y;
const QUOTED_NAME = /"(?:[^"]|"")*"/y;

/** Cuts a statement into tokens by Redshift's rules: backslash escapes in literals, quoted names folded to lower case. */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < sql.length) {
    const next = skipBlank(sql, at);
    if (next > at) {
      at = next;
      continue;
    }
    const token = tokenAt(sql, at);
    tokens.push(token);
    at += token.text.length;
  }
  return tokens;
}

function skipBlank(sql: string, at: number): number {
  const blank = match(BLANK, sql, at);
  if (blank !== undefined) return at + blank.length;
  return sql.startsWith('/*', at) ? endOfComment(sql, at) : at;
}

function endOfComment(sql: string, start: number): number {
  let depth = 0;
  for (let at = start; at < sql.length; at += 1) {
    const two = sql.slice(at, at + 2);
    if (two === '/*') depth += 1;
    if (two === '*/') depth -= 1;
    if (two === '/*' || two === '*/') at += 1;
    if (depth === 0) return at + 1;
  }
  throw new RedshiftError('unterminated /* comment', { position: start + 1 });
}

function tokenAt(sql: string, at: number): Token {
  const first = sql.charAt(at);
  if (sql.startsWith('$$', at)) return dollarQuoted(sql, at);
  if (first === "'") return literal(sql, { start: at, quote: at });
  if ((first === 'E' || first === 'e') && sql.charAt(at + 1) === "'") return literal(sql, { start: at, quote: at + 1 });
  return (
    quotedName(sql, at) ??
    matched('word', WORD, { sql, at }) ??
    matched('name', TEMPORARY_NAME, { sql, at }) ??
    matched('number', NUMBER, { sql, at }) ??
    parameterOrColon(sql, at) ??
    operator(sql, at) ??
    symbol(sql, at)
  );
}

function quotedName(sql: string, at: number): Token | undefined {
  if (sql.charAt(at) !== '"') return undefined;
  const text = match(QUOTED_NAME, sql, at);
  if (text === undefined) throw new RedshiftError('unterminated quoted identifier', { position: at + 1 });
  const value = text.slice(1, -1).replaceAll('""', '"').toLowerCase();
  if (value === '') throw new RedshiftError('zero-length delimited identifier at or near """"', { position: at + 1 });
  return { kind: 'name', value, text, start: at };
}

function matched(kind: TokenKind, pattern: RegExp, { sql, at }: { sql: string; at: number }): Token | undefined {
  const text = match(pattern, sql, at);
  return text === undefined ? undefined : { kind, value: text.toLowerCase(), text, start: at };
}

function parameterOrColon(sql: string, at: number): Token | undefined {
  if (sql.startsWith('::', at)) return { kind: 'symbol', value: '::', text: '::', start: at };
  const text = match(PARAMETER, sql, at);
  return text === undefined ? undefined : { kind: 'parameter', value: text.slice(1), text, start: at };
}

/** PostgreSQL's rule: an operator ends with + or - only when it also holds one of ~ ! @ # % ^ & | ` ?. */
function operator(sql: string, at: number): Token | undefined {
  const run = match(OPERATOR, sql, at);
  if (run === undefined) return undefined;
  const comment = run.search(/--|\/\*/);
  let text = comment > 0 ? run.slice(0, comment) : run;
  while (text.length > 1 && /[+-]$/.test(text) && !/[~!@#%^&|`?]/.test(text)) text = text.slice(0, -1);
  return { kind: 'symbol', value: text, text, start: at };
}

function symbol(sql: string, at: number): Token {
  const text = sql.charAt(at);
  if ('()[],;.:'.includes(text)) return { kind: 'symbol', value: text, text, start: at };
  throw new RedshiftError(`syntax error at or near "${text}"`, { position: at + 1 });
}

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const LITERAL_PART = /''|\\([0-7]{1,3})|\\([^])|'|[^'\\]+/y;

function literal(sql: string, place: { readonly start: number; readonly quote: number }): Token {
  let value = '';
  let at = place.quote + 1;
  for (;;) {
    LITERAL_PART.lastIndex = at;
    const part = LITERAL_PART.exec(sql);
    if (part === null) throw new RedshiftError('unterminated quoted string', { position: place.start + 1 });
    const [text, octal, escaped] = part;
    at += text.length;
    if (text === "'") break;
    if (octal !== undefined) value += String.fromCharCode(Number.parseInt(octal, 8));
    else if (escaped !== undefined) value += ESCAPES[escaped] ?? escaped;
    else value += text === "''" ? "'" : text;
  }
  return { kind: 'string', value, text: sql.slice(place.start, at), start: place.start };
}

/** `$$ … $$`, without escapes. */
function dollarQuoted(sql: string, at: number): Token {
  const end = sql.indexOf('$$', at + 2);
  if (end < 0) throw new RedshiftError('unterminated dollar-quoted string at or near "$$"', { position: at + 1 });
  return { kind: 'string', value: sql.slice(at + 2, end), text: sql.slice(at, end + 2), start: at };
}

function match(pattern: RegExp, sql: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(sql)?.[0];
}
