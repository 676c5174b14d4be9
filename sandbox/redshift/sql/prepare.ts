import { readCopy } from '../copy/copy-statement.ts';
import { dropBehaviour, prepareAlterTable } from './alter-table.ts';
import { type Parameter, bindParameters } from './bind.ts';
import { prepareCreateTable } from './create-table.ts';
import { Cursor, isSymbol, isWord, render, renderName, splitAtCommas } from './cursor.ts';
import { rewriteExpressions } from './expressions.ts';
import { prepareMerge } from './merge.ts';
import { quoteLiteral, quoteName } from './names.ts';
import { type Prepared, prepared } from './prepared.ts';
import { prepareCall, prepareCreateProcedure, prepareDropProcedure } from './procedure.ts';
import { RedshiftError } from './redshift-error.ts';
import { refuseForeignSyntax } from './refuse.ts';
import { prepareShow, prepareReset, prepareSet } from './settings.ts';
import type { Token } from './tokenize.ts';
import { prepareBegin, prepareCommit, prepareRollback } from './transactions.ts';

/** Checks one statement by Redshift's rules and puts it into PostgreSQL's words. @throws RedshiftError */
export function prepare(statement: readonly Token[], parameters: readonly Parameter[]): Prepared {
  const tokens = bindParameters(oneStatement(statement), parameters);
  const [first] = tokens;
  const reader = first?.kind === 'word' ? STATEMENTS[first.value] : undefined;
  if (isSymbol(first, '(')) return query(new Cursor(tokens));
  if (first === undefined || reader === undefined) throw new Cursor(tokens).syntaxError();
  const cursor = new Cursor(tokens);
  if (first.value !== 'copy') refuseForeignSyntax(tokens);
  if (reader !== query) cursor.take();
  return reader(cursor, tokens);
}

function oneStatement(tokens: readonly Token[]): Token[] {
  const end = tokens.findIndex((token) => isSymbol(token, ';'));
  if (end < 0) return [...tokens];
  if (tokens.slice(end).some((token) => !isSymbol(token, ';'))) {
    throw new RedshiftError('cannot insert multiple commands into a prepared statement');
  }
  return tokens.slice(0, end);
}

type Reader = (cursor: Cursor, tokens: readonly Token[]) => Prepared;

const STATEMENTS: Readonly<Record<string, Reader>> = {
  select: query,
  with: query,
  explain: query,
  insert: (cursor) => {
    cursor.expectWord('into');
    return prepared('INSERT', `insert into ${render(rewriteExpressions(cursor.rest()))}`);
  },
  update: (cursor) => prepared('UPDATE', `update ${render(rewriteExpressions(cursor.rest()))}`),
  delete: (cursor) => {
    // Redshift takes DELETE without FROM.
    cursor.takeWord('from');
    return prepared('DELETE', `delete from ${render(rewriteExpressions(cursor.rest()))}`);
  },
  merge: (cursor) => {
    cursor.expectWord('into');
    return prepareMerge(cursor);
  },
  copy: (cursor) => prepared('COPY', '', { copy: readCopy(cursor), touchesSession: true }),
  create,
  alter,
  drop,
  truncate: (cursor) => {
    cursor.takeWord('table');
    const name = renderName(cursor.qualifiedName());
    cursor.expectEnd();
    return prepared('TRUNCATE', `truncate ${name}`, { transaction: 'commits' });
  },
  lock: (cursor) => {
    cursor.takeWord('table');
    const names = splitAtCommas(cursor.rest()).map((part) => renderName(new Cursor(part).qualifiedName()));
    return prepared('LOCK', `lock table ${names.join(', ')} in access exclusive mode`);
  },
  begin: prepareBegin,
  start: prepareBegin,
  commit: prepareCommit,
  end: prepareCommit,
  rollback: prepareRollback,
  abort: prepareRollback,
  set: prepareSet,
  reset: prepareReset,
  show: prepareShow,
  analyze,
  vacuum,
  comment,
  grant: () => prepared('GRANT', ''),
  revoke: () => prepared('REVOKE', ''),
  call: prepareCall,
  unload: notHere('UNLOAD'),
  declare: notHere('DECLARE'),
  fetch: notHere('FETCH'),
};

function query(cursor: Cursor): Prepared {
  return prepared('SELECT', render(rewriteExpressions(cursor.rest())));
}

function notHere(title: string): Reader {
  return () => {
    throw new RedshiftError(`the Redshift stand-in does not do ${title}`);
  };
}

const UNSUPPORTED_OBJECTS = new Set(
  'index trigger rule type domain sequence extension aggregate operator cast collation tablespace event foreign server unlogged global'.split(
    ' ',
  ),
);

function create(cursor: Cursor, tokens: readonly Token[]): Prepared {
  if (cursor.takeWord('table')) return prepareCreateTable(cursor, false);
  if (cursor.takeWord('local', 'temp', 'table') || cursor.takeWord('local', 'temporary', 'table'))
    return prepareCreateTable(cursor, true);
  if (cursor.takeWord('temp', 'table') || cursor.takeWord('temporary', 'table'))
    return prepareCreateTable(cursor, true);
  if (cursor.takeWord('schema')) return createSchema(cursor);
  const isReplacing = cursor.takeWord('or', 'replace');
  if (cursor.takeWord('view')) return createView(cursor, isReplacing);
  if (cursor.takeWord('procedure')) return prepareCreateProcedure(cursor, isReplacing);
  refuseObject(cursor, tokens);
  throw new RedshiftError(`the Redshift stand-in does not do CREATE ${cursor.name().toUpperCase()}`);
}

function refuseObject(cursor: Cursor, tokens: readonly Token[]): void {
  if (cursor.isWord('unique') || UNSUPPORTED_OBJECTS.has(cursor.peek()?.value ?? '')) {
    throw new RedshiftError(
      `SQL command "${tokens.map((token) => token.text).join(' ')}" not supported on Redshift tables.`,
    );
  }
}

function createSchema(cursor: Cursor): Prepared {
  const ifNotExists = cursor.takeWord('if', 'not', 'exists') ? 'if not exists ' : '';
  const name = cursor.name();
  if (cursor.takeWord('authorization')) cursor.name();
  cursor.expectEnd();
  return prepared('CREATE SCHEMA', `create schema ${ifNotExists}${quoteName(name)}`);
}

function createView(cursor: Cursor, isReplacing: boolean): Prepared {
  const name = renderName(cursor.qualifiedName());
  const columns = cursor.isSymbol('(') ? ` (${render(cursor.bracketed())})` : '';
  cursor.expectWord('as');
  const body = cursor.until((token) => isWord(token, 'with') && cursor.isWord('with', 'no', 'schema', 'binding'));
  cursor.takeWord('with', 'no', 'schema', 'binding');
  cursor.expectEnd();
  const start = isReplacing ? 'create or replace view' : 'create view';
  return prepared('CREATE VIEW', `${start} ${name}${columns} as ${render(rewriteExpressions(body))}`);
}

function alter(cursor: Cursor, tokens: readonly Token[]): Prepared {
  if (cursor.takeWord('table')) return prepareAlterTable(cursor);
  refuseObject(cursor, tokens);
  throw new RedshiftError(`the Redshift stand-in does not do ALTER ${cursor.name().toUpperCase()}`);
}

function drop(cursor: Cursor, tokens: readonly Token[]): Prepared {
  if (cursor.takeWord('procedure')) return prepareDropProcedure(cursor);
  const kind = ['table', 'view', 'schema'].find((word) => cursor.takeWord(word));
  if (kind === undefined) {
    refuseObject(cursor, tokens);
    throw new RedshiftError(`the Redshift stand-in does not do DROP ${cursor.name().toUpperCase()}`);
  }
  const ifExists = cursor.takeWord('if', 'exists') ? 'if exists ' : '';
  const names = [renderName(cursor.qualifiedName())];
  while (cursor.takeSymbol(',')) names.push(renderName(cursor.qualifiedName()));
  const behaviour = dropBehaviour(cursor);
  cursor.expectEnd();
  return prepared(`DROP ${kind.toUpperCase()}`, `drop ${kind} ${ifExists}${names.join(', ')} ${behaviour}`);
}

/** `comment on table|view|column|schema|database name is 'text'|null` */
function comment(cursor: Cursor): Prepared {
  cursor.expectWord('on');
  const kind = ['table', 'view', 'column', 'schema', 'database'].find((word) => cursor.takeWord(word));
  if (kind === undefined) throw cursor.syntaxError();
  const name = renderName(cursor.qualifiedName());
  cursor.expectWord('is');
  const text = cursor.takeWord('null') ? 'null' : quoteLiteral(cursor.literal());
  cursor.expectEnd();
  return prepared('COMMENT', `comment on ${kind} ${name} is ${text}`);
}

/** `analyze [verbose] [table [(columns)]] [predicate columns | all columns]`; one table at a time. */
function analyze(cursor: Cursor): Prepared {
  if (cursor.takeWord('compression')) throw new RedshiftError('the Redshift stand-in does not do ANALYZE COMPRESSION');
  cursor.takeWord('verbose');
  if (cursor.isAtEnd) return prepared('ANALYZE', '');
  const table = renderName(cursor.qualifiedName());
  const columns = cursor.isSymbol('(')
    ? splitAtCommas(cursor.bracketed()).map((part) => quoteName(new Cursor(part).name()))
    : [];
  if (!cursor.takeWord('predicate', 'columns')) cursor.takeWord('all', 'columns');
  cursor.expectEnd();
  return prepared('ANALYZE', `analyze ${table}${columns.length === 0 ? '' : ` (${columns.join(', ')})`}`);
}

function vacuum(cursor: Cursor): Prepared {
  for (const word of ['full', 'sort', 'delete', 'reindex', 'recluster'])
    if (cursor.takeWord(word)) cursor.takeWord('only');
  const table = cursor.isAtEnd ? '' : ` ${renderName(cursor.qualifiedName())}`;
  return prepared('VACUUM', `vacuum${table}`, { transaction: 'outside_only' });
}
