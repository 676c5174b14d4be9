import { byteLimit, readColumnDefinition, readNewName } from './column-definition.ts';
import { distributionStyle, readTableConstraint, sortKey, textArray } from './create-table.ts';
import { Cursor, type QualifiedName, renderName } from './cursor.ts';
import { nameLiteral, quoteLiteral, quoteName } from './names.ts';
import { type Prepared, prepared } from './prepared.ts';
import { RedshiftError } from './redshift-error.ts';
import { readType } from './types.ts';

/** `alter table`, after those words. One change per statement. */
export function prepareAlterTable(cursor: Cursor): Prepared {
  const table = cursor.qualifiedName();
  const change = readChange(cursor, table);
  cursor.expectEnd();
  return change;
}

function readChange(cursor: Cursor, table: QualifiedName): Prepared {
  if (cursor.takeWord('add')) return add(cursor, table);
  if (cursor.takeWord('drop')) return drop(cursor, table);
  if (cursor.takeWord('rename')) return rename(cursor, table);
  if (cursor.takeWord('alter')) return alter(cursor, table);
  if (cursor.takeWord('owner', 'to')) {
    cursor.name();
    return prepared('ALTER TABLE OWNER', '');
  }
  if (cursor.takeWord('append', 'from')) {
    throw new RedshiftError('the Redshift stand-in does not do ALTER TABLE APPEND');
  }
  throw cursor.syntaxError();
}

function add(cursor: Cursor, table: QualifiedName): Prepared {
  if (['constraint', 'primary', 'unique', 'foreign'].some((word) => cursor.isWord(word)))
    return addConstraint(cursor, table);
  cursor.takeWord('column');
  if (cursor.isWord('if')) throw cursor.syntaxError();
  const column = readColumnDefinition(cursor);
  const { isIdentity, isUnique, isPrimaryKey, isDistributionKey, isSortKey, hasReference } = column;
  if ([isIdentity, isUnique, isPrimaryKey, isDistributionKey, isSortKey, hasReference].includes(true)) {
    throw new RedshiftError(
      `ALTER TABLE ADD COLUMN: the column "${column.name}" cannot be an identity, a key, a distkey or a sortkey`,
    );
  }
  const definition = [column.postgres, ...byteLimit(column)].join(' ');
  return prepared('ALTER TABLE ADD COLUMN', `alter table ${renderName(table)} add column ${definition}`);
}

/** Keys are kept for the catalog and never enforced. */
function addConstraint(cursor: Cursor, table: QualifiedName): Prepared {
  if (cursor.takeWord('constraint')) cursor.name();
  const primaryKey = readTableConstraint(cursor);
  if (primaryKey === undefined) return prepared('ALTER TABLE ADD CONSTRAINT', '');
  return prepared(
    'ALTER TABLE ADD CONSTRAINT',
    `select redshift.keep_primary_key(${literal(table)}, ${textArray(primaryKey)})`,
  );
}

function drop(cursor: Cursor, table: QualifiedName): Prepared {
  if (cursor.takeWord('constraint')) {
    cursor.name();
    dropBehaviour(cursor);
    return prepared('ALTER TABLE DROP CONSTRAINT', '');
  }
  cursor.takeWord('column');
  if (cursor.isWord('if')) throw cursor.syntaxError();
  const column = cursor.name();
  const behaviour = dropBehaviour(cursor);
  const guard = `select redshift.require_droppable(${literal(table)}::regclass, ${nameLiteral(column)})`;
  const change = `alter table ${renderName(table)} drop column ${quoteName(column)} ${behaviour}`;
  return prepared('ALTER TABLE DROP COLUMN', `${guard}; ${change}`);
}

export function dropBehaviour(cursor: Cursor): 'cascade' | 'restrict' {
  if (cursor.takeWord('cascade')) return 'cascade';
  cursor.takeWord('restrict');
  return 'restrict';
}

function rename(cursor: Cursor, table: QualifiedName): Prepared {
  if (cursor.takeWord('to')) {
    const name = readNewName(cursor);
    if (name.startsWith('#'))
      throw new RedshiftError('a permanent table cannot be renamed to a name that begins with "#"');
    return prepared('ALTER TABLE RENAME', `alter table ${renderName(table)} rename to ${quoteName(name)}`);
  }
  cursor.takeWord('column');
  const from = cursor.name();
  cursor.expectWord('to');
  const to = readNewName(cursor);
  const change = `alter table ${renderName(table)} rename column ${quoteName(from)} to ${quoteName(to)}`;
  const kept = `select redshift.rename_attribute(${literal(table)}::regclass, ${nameLiteral(from)}, ${nameLiteral(to)})`;
  return prepared('ALTER TABLE RENAME COLUMN', `${change}; ${kept}`);
}

function alter(cursor: Cursor, table: QualifiedName): Prepared {
  if (isLayoutChange(cursor)) return layout(cursor, table);
  cursor.takeWord('column');
  const column = cursor.name();
  if (cursor.takeWord('encode')) {
    cursor.name();
    return prepared('ALTER TABLE ALTER ENCODE', '');
  }
  if (cursor.isWord('set', 'default') || cursor.isWord('drop', 'default')) {
    throw new RedshiftError('ALTER COLUMN SET/DROP DEFAULT is not supported');
  }
  if (cursor.isWord('set', 'not', 'null') || cursor.isWord('drop', 'not', 'null')) {
    throw new RedshiftError('ALTER COLUMN SET/DROP NOT NULL is not supported');
  }
  cursor.expectWord('type');
  return alterType(cursor, table, column);
}

function isLayoutChange(cursor: Cursor): boolean {
  return ['diststyle', 'distkey', 'sortkey', 'compound', 'encode'].some((word) => cursor.isWord(word));
}

function layout(cursor: Cursor, table: QualifiedName): Prepared {
  let style = 'null';
  let key = 'null';
  let keys = 'null';
  while (!cursor.isAtEnd) {
    cursor.takeSymbol(',');
    cursor.takeWord('alter');
    if (cursor.takeWord('encode', 'auto') || cursor.takeWord('sortkey', 'auto')) continue;
    if (cursor.takeWord('sortkey', 'none')) keys = textArray([]);
    else if (cursor.takeWord('diststyle')) style = quoteLiteral(distributionStyle(cursor));
    else if (cursor.takeWord('distkey'))
      key = nameLiteral(cursor.isSymbol('(') ? new Cursor(cursor.bracketed()).name() : cursor.name());
    else keys = textArray(sortKey(cursor));
  }
  return prepared(
    'ALTER TABLE ALTER DISTKEY',
    `select redshift.change_layout(${literal(table)}, ${style}, ${key}, ${keys})`,
  );
}

function alterType(cursor: Cursor, table: QualifiedName, column: string): Prepared {
  const type = readType(cursor, 'column');
  if (cursor.isWord('using')) throw new RedshiftError('ALTER TABLE ALTER COLUMN does not support USING expression');
  if (type.kind !== 'varchar')
    throw new RedshiftError(
      `alter column "${column}" to that type is not supported: only the size of a varchar can change`,
    );
  return prepared(
    'ALTER TABLE ALTER COLUMN',
    `select redshift.grow_varchar(${literal(table)}::regclass, ${nameLiteral(column)}, ${type.length})`,
    { transaction: 'outside_only' },
  );
}

function literal(table: QualifiedName): string {
  return quoteLiteral(renderName(table));
}
