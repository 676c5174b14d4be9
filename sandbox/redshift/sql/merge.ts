import { type Cursor, type QualifiedName, isWord, render, renderName } from './cursor.ts';
import { rewriteExpressions } from './expressions.ts';
import { quoteLiteral } from './names.ts';
import { type Prepared, prepared } from './prepared.ts';
import { RedshiftError } from './redshift-error.ts';
import type { Token } from './tokenize.ts';

/** `merge into`, after those words: Redshift's grammar is narrower than PostgreSQL's. */
export function prepareMerge(cursor: Cursor): Prepared {
  const target = cursor.qualifiedName();
  // The grammar has no alias for the target.
  cursor.expectWord('using');
  if (cursor.isSymbol('(')) throw cursor.syntaxError();
  const source = cursor.qualifiedName();
  const alias = readAlias(cursor);
  if (renderName(source) === renderName(target))
    throw new RedshiftError('Source table and target table of MERGE must differ.');
  cursor.expectWord('on');
  const condition = cursor.until((token) => isWord(token, 'when') || isWord(token, 'remove'));
  const from = `${renderName(source)}${alias}`;
  const guard = `select redshift.require_table(${quoteLiteral(renderName(source))}::regclass)`;
  const on = render(rewriteExpressions(condition));
  const action = cursor.isWord('remove')
    ? removeDuplicates(cursor, { target, source, from, on })
    : merge(cursor, { target, source, from, on });
  return prepared('MERGE', `${guard}; ${action}`);
}

interface Sides {
  readonly target: QualifiedName;
  readonly source: QualifiedName;
  readonly from: string;
  readonly on: string;
}

function readAlias(cursor: Cursor): string {
  if (!cursor.takeWord('as') && cursor.isWord('on')) return '';
  return ` as ${renderName({ parts: [cursor.name()] })}`;
}

function merge(cursor: Cursor, { target, from, on }: Sides): string {
  const clauses: string[] = [];
  let matched = 0;
  let unmatched = 0;
  while (!cursor.isAtEnd) {
    cursor.expectWord('when');
    const isMissing = cursor.takeWord('not');
    cursor.expectWord('matched');
    cursor.expectWord('then');
    clauses.push(isMissing ? insertClause(cursor) : matchedClause(cursor));
    if (isMissing) unmatched += 1;
    else matched += 1;
  }
  if (matched !== 1 || unmatched !== 1) {
    throw new RedshiftError('MERGE requires exactly one WHEN MATCHED and one WHEN NOT MATCHED clause');
  }
  return `merge into ${renderName(target)} using ${from} on ${on} ${clauses.join(' ')}`;
}

function matchedClause(cursor: Cursor): string {
  if (cursor.takeWord('delete')) return 'when matched then delete';
  cursor.expectWord('update');
  cursor.expectWord('set');
  return `when matched then update set ${render(rewriteExpressions(untilNextClause(cursor)))}`;
}

function insertClause(cursor: Cursor): string {
  cursor.expectWord('insert');
  const columns = cursor.isSymbol('(') ? `(${render(cursor.bracketed())}) ` : '';
  cursor.expectWord('values');
  return `when not matched then insert ${columns}values (${render(rewriteExpressions(cursor.bracketed()))})`;
}

function untilNextClause(cursor: Cursor): Token[] {
  let caseDepth = 0;
  return cursor.until((token) => {
    if (isWord(token, 'case')) caseDepth += 1;
    if (isWord(token, 'end')) caseDepth -= 1;
    return caseDepth === 0 && isWord(token, 'when');
  });
}

function removeDuplicates(cursor: Cursor, { target, source, from, on }: Sides): string {
  cursor.expectWord('remove');
  cursor.expectWord('duplicates');
  cursor.expectEnd();
  return `delete from ${renderName(target)} using ${from} where ${on}; insert into ${renderName(target)} select distinct * from ${renderName(source)}`;
}
