import { asProcedures } from '../sql/load/procedure.ts';
import { lines, literal, qualified, quote } from '../sql/text.ts';
import type { Statement } from '../sql/text.ts';

export const WHO_AM_I: Statement = { name: 'run a statement', sql: 'select current_user, current_database()' };

/** Everything that loads do to tables; all of it is taken back. */
export function tableProbe(schema: string, name: string): readonly Statement[] {
  const table = qualified(schema, name);
  return [
    { name: 'create a table', sql: lines(`create table ${table} (`, '  "id" varchar(16),', '  "old" date', ')') },
    { name: 'alter a table', sql: `alter table ${table} add column "new" timestamp` },
    { name: 'alter a table', sql: `alter table ${table} drop column "old"` },
    { name: 'drop a table', sql: `drop table ${table}` },
  ];
}

/** As a long window makes one; all of it is taken back. */
export function procedureProbe(schema: string, name: string): readonly Statement[] {
  const who = WHO_AM_I;
  return asProcedures([who, who, who, who], { schema, name });
}

/** The table goes with the session of the batch, whatever happens. */
export function copyProbe(name: string, url: string, iamRole: string): readonly Statement[] {
  const table = quote(name);
  return [
    {
      name: 'create a temporary table',
      sql: lines(`create temporary table ${table} (`, '  "id" varchar(16)', ')'),
    },
    {
      name: `copy ${url}`,
      sql: lines(
        `copy ${table}`,
        `from ${literal(url)}`,
        `iam_role ${iamRole === 'default' ? 'default' : literal(iamRole)}`,
        'format as parquet',
        'statupdate off',
      ),
    },
    { name: 'count the copied rows', sql: lines('select count(*)', `from ${table}`) },
  ];
}

/** Tables of the schema that the user may neither alter nor drop; a superuser may change them all. */
export function foreignTables(schema: string): Statement {
  return {
    name: 'list tables of other owners',
    sql: lines(
      'select tablename, tableowner',
      'from pg_tables',
      `where schemaname = ${literal(schema)}`,
      'and tableowner <> current_user',
      'and not exists (select 1 from pg_user where usename = current_user and usesuper)',
      'order by tablename',
    ),
  };
}

/** Columns of each table, the widest first. */
export function tableWidths(schema: string): Statement {
  return {
    name: 'count the columns of every table',
    sql: lines(
      'select table_name, count(*)',
      'from svv_columns',
      `where table_schema = ${literal(schema)}`,
      'group by table_name',
      'order by count(*) desc, table_name',
    ),
  };
}

export function show(setting: string): Statement {
  return { name: `show ${setting}`, sql: `show ${setting}` };
}

export function readable(table: string): Statement {
  return { name: `read ${table}`, sql: lines('select 1', `from ${table}`, 'limit 1') };
}
