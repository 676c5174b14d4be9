import { z } from 'zod';

import { Cursor, renderName, syntaxErrorAt } from './cursor.ts';
import { quoteLiteral } from './names.ts';
import { type Prepared, prepared } from './prepared.ts';
import { RedshiftError } from './redshift-error.ts';
import { tokenize } from './tokenize.ts';

export const CALL = 'CALL';

const COMMENT = '-- ';

/** Redshift's limit (https://docs.aws.amazon.com/redshift/latest/dg/stored-procedure-constraints.html). */
const MOST_SOURCE_BYTES = 2 * 1024 * 1024;

/**
 * `create [or replace] procedure name() as 'body' language plpgsql`. PostgreSQL keeps the procedure, so that it comes and goes with
 * its transaction; the statements stand in a comment, because their words are Redshift's.
 */
export function prepareCreateProcedure(cursor: Cursor, isReplacing: boolean): Prepared {
  const name = procedureName(cursor);
  cursor.expectWord('as');
  const body = cursor.literal();
  cursor.expectWord('language');
  cursor.expectWord('plpgsql');
  cursor.expectEnd();
  if (Buffer.byteLength(body) > MOST_SOURCE_BYTES)
    throw new RedshiftError('the source code of a stored procedure has at most 2 MB');
  const kept = `begin\n${COMMENT}${JSON.stringify(executedStatements(body))}\nend`;
  const start = isReplacing ? 'create or replace procedure' : 'create procedure';
  return prepared('CREATE PROCEDURE', `${start} ${name}() language plpgsql as ${quoteLiteral(kept)}`);
}

/** What is left to do is told by `keptStatements` of the only value. */
export function prepareCall(cursor: Cursor): Prepared {
  const name = procedureName(cursor);
  cursor.expectEnd();
  return prepared(CALL, `select prosrc from pg_proc where oid = ${quoteLiteral(`${name}()`)}::regprocedure`);
}

export function prepareDropProcedure(cursor: Cursor): Prepared {
  const ifExists = cursor.takeWord('if', 'exists') ? 'if exists ' : '';
  const name = procedureName(cursor);
  cursor.expectEnd();
  return prepared('DROP PROCEDURE', `drop procedure ${ifExists}${name}()`);
}

/** The stand-in knows procedures without arguments. */
function procedureName(cursor: Cursor): string {
  const name = renderName(cursor.qualifiedName());
  if (cursor.bracketed().length > 0) throw new RedshiftError('the Redshift stand-in does not do procedure arguments');
  return name;
}

/** The statements of a procedure, from what PostgreSQL keeps of it. */
export function keptStatements(source: string): readonly string[] {
  const [, line = ''] = source.split('\n');
  return z.array(z.string()).parse(JSON.parse(line.slice(COMMENT.length)));
}

/** @throws RedshiftError for a statement with a transaction of its own */
export function refuseInProcedure({ title, transaction }: Prepared): void {
  if (transaction === 'any' && !['BEGIN', 'COMMIT', 'ROLLBACK'].includes(title)) return;
  throw new RedshiftError(`the Redshift stand-in does not do ${title} in a procedure`);
}

/**
 * The statements of a body that is a list of `execute` with texts joined by `||`, in order.
 * @throws RedshiftError for every other PL/pgSQL
 */
function executedStatements(body: string): readonly string[] {
  const cursor = new Cursor(tokenize(body));
  const statements: string[] = [];
  cursor.expectWord('begin');
  while (!cursor.takeWord('end')) {
    if (!cursor.takeWord('execute')) {
      if (cursor.isAtEnd) throw syntaxErrorAt(undefined);
      throw new RedshiftError(
        `the Redshift stand-in does only EXECUTE in procedures, not ${cursor.peek()?.text ?? ''}`,
      );
    }
    let text = cursor.literal();
    while (cursor.takeSymbol('||')) text += cursor.literal();
    cursor.expectSymbol(';');
    statements.push(text);
  }
  cursor.takeSymbol(';');
  cursor.expectEnd();
  return statements;
}
