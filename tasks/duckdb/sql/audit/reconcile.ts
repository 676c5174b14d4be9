import {
  type AppliedTable,
  type Column,
  LOAD_LOG,
  MOST_SAMPLES,
  RECONCILIATION,
  RECONCILIATION_COLUMNS,
  SCHEMA_DRIFT,
  TABLE_BASE,
  type TableFinding,
  type TransferContext,
  WINDOW_END,
  liveRows,
} from '#framework';

import { keyText, sameKey, sameTombstone, tombstonesOf } from '../keys.ts';
import { END, type Statement, literal, quote } from '../text.ts';

const DIFFERENCE = 'windrow_difference';
const COMPARED_COLUMN = 'windrow_compared_column';

/** One row for each row that differs, with a 1 at the place of each column that does. */
export const CREATE_COMPARISON: readonly Statement[] = [
  {
    name: 'create the list of differences',
    sql: `
      create or replace temporary table ${DIFFERENCE} (
        table_name varchar, finding varchar, copy bigint, key_1 varchar, key_2 varchar, key_3 varchar, places varchar
      )
    `,
  },
  {
    name: 'create the list of compared columns',
    sql: `create or replace temporary table ${COMPARED_COLUMN} (table_name varchar, place bigint, column_name varchar)`,
  },
];

/**
 * Notes the rows in which a table and the staged Full differ, before the Full is applied. What windows behind the Full
 * have changed or deleted is only counted. The second of two rows with one key joins nothing, and so counts as extra.
 */
export function compareTable(
  applied: AppliedTable,
  columns: readonly Column[],
  context: TransferContext,
): readonly Statement[] {
  const { table, key, updates, deletePolicy } = applied;
  const ends = `kept.${quote(WINDOW_END)}`;
  const keys = [0, 1, 2].map((index) => {
    const column = key[index];
    const value = column === undefined ? 'null' : `coalesce(${keyText(column, 'staged')}, ${keyText(column, 'kept')})`;
    return `${value} as key_${index + 1}`;
  });
  const partition = key.map(({ name }) => quote(name)).join(', ');
  const staged = updates === undefined ? `${quote(table)} where false` : quote(updates);
  return [
    ...noteColumns(table, columns),
    {
      name: `compare ${table} with the Full`,
      sql: `
        insert into ${DIFFERENCE}
        select $table, finding, copy, key_1, key_2, key_3, places
        from (
          select
            case
              when ${ends} > ${END} or (kept.windrow_copy is null and gone.is_gone) then 'changed_since'
              when kept.windrow_copy is null then 'missing'
              when staged.windrow_copy is null then 'extra'
              else 'changed'
            end as finding,
            coalesce(kept.windrow_copy, staged.windrow_copy) as copy,
            ${keys.join(', ')},
            ${placesOf(columns)} as places
          from (
            select *, row_number() over (partition by ${partition} order by ${quote(WINDOW_END)} desc) as windrow_copy
            from ${liveRows(deletePolicy, quote(table))}
          ) as kept
          full join (select *, 1 as windrow_copy from ${staged}) as staged
            on ${sameKey(key, 'staged', 'kept')} and kept.windrow_copy = staged.windrow_copy
          left join (select true as is_gone, * from ${tombstonesOf('>')}) as gone
            on ${sameTombstone(key, 'staged', 'gone')}
        )
        where (finding <> 'changed' or contains(places, '1'))
        and not exists (select 1 from ${quote(TABLE_BASE)} where table_name = $table and window_end > ${END})
      `,
      values: { table, end: context.window.end.toString() },
    },
  ];
}

/** Writes the report; before the load log gets its row, so that what is in there came before. */
export function writeReport(findings: readonly TableFinding[], context: TransferContext): readonly Statement[] {
  const covered = `pipeline_id in (${context.covers.map(literal).join(', ')})`;
  const values = headValues(context);
  const report = (name: string, rest: string): Statement => ({
    name: `report ${name}`,
    sql: `insert into ${quote(RECONCILIATION)} select ${HEAD}, ${rest}`,
    values,
  });
  return [
    report(
      'from when to when',
      `null, 'span', null, 0, 0, null, null, null, ${EARLIER_FULL},
      (select max(window_end) from ${quote(LOAD_LOG)} where ${covered})`,
    ),
    report('times of which no window was loaded', notLoaded(covered)),
    ...(findings.length === 0 ? [] : [report('the tables', tableFindings(findings))]),
    report(
      'tables that a later Full replaced',
      `table_name, 'overtaken', null, 0, 0, null, null, null, null, null
      from ${quote(TABLE_BASE)} where window_end > ${END} and table_name in (${names(findings)}) group by table_name`,
    ),
    report(
      'how many rows differ',
      `table_name, finding, null, count(*), 0, null, null, null, null, null
      from ${DIFFERENCE} group by table_name, finding`,
    ),
    report('some of the rows', SAMPLES),
    report(
      'how many rows differ in each column',
      `rows.table_name, 'column', compared.column_name, count(*), 0, null, null, null, null, null
      from ${DIFFERENCE} as rows join ${COMPARED_COLUMN} as compared on ${DIFFERS_THERE}
      where rows.finding = 'changed' group by rows.table_name, compared.column_name`,
    ),
  ];
}

/** Tables that earlier Fulls of the pipeline had and that still stand, but for those that are kept by policy. */
export function knownTables(pipelineId: string, schema: string): Statement {
  return {
    name: 'list the tables of earlier Fulls',
    sql: `
      select distinct table_name
      from ${quote(RECONCILIATION)}
      where pipeline_id = $pipeline and finding in ('compared', 'new')
      and table_name in (
        select table_name from duckdb_tables() where database_name = current_database() and schema_name = $schema
      )
      and table_name not in (select table_name from ${quote(SCHEMA_DRIFT)} where change = 'keep_table' and decision = 'applied')
    `,
    values: { pipeline: pipelineId, schema },
  };
}

/** The rows of the newest report of a pipeline, or of one of its Fulls. */
export function readReport(pipelineId: string, fullEnd: string | undefined): Statement {
  const wanted = `pipeline_id = $pipeline${fullEnd === undefined ? '' : ` and window_end = ${END}`}`;
  return {
    name: 'read the reconciliation',
    sql: `
      select ${RECONCILIATION_COLUMNS.map((column) => `cast(${quote(column)} as varchar)`).join(', ')}
      from ${quote(RECONCILIATION)}
      where ${wanted}
      and load_id = (
        select load_id from ${quote(RECONCILIATION)} where ${wanted} order by window_end desc, reported_at desc, fence desc limit 1
      )
    `,
    values: { pipeline: pipelineId, ...(fullEnd === undefined ? {} : { end: fullEnd }) },
  };
}

const HEAD = `$pipeline, cast($record as bigint), $load, cast($fence as bigint), ${END}, cast($now as timestamp)`;

function headValues({ pipelineId, recordId, loadId, fence, window, clock }: TransferContext) {
  return {
    pipeline: pipelineId,
    record: String(recordId),
    load: loadId,
    fence: String(fence),
    end: window.end.toString(),
    now: clock.now().toString(),
  };
}

/** A load of the same Full counts too: a second one finds the tables as the first left them. */
const EARLIER_FULL = `(select max(window_end) from ${quote(LOAD_LOG)} where pipeline_id = $pipeline and window_end <= ${END})`;
/** Before every window. */
const BEGINNING = "timestamp '1900-01-01 00:00:00'";

/** What the windows of the covered pipelines leave open between the earlier Full and this one. */
function notLoaded(covered: string): string {
  const base = `coalesce(${EARLIER_FULL}, ${BEGINNING})`;
  return `null, 'not_loaded', null, 0, 0, null, null, null, nullif(reached, ${BEGINNING}), starts
    from (
      select starts, max(ends) over (order by starts, ends rows between unbounded preceding and 1 preceding) as reached
      from (
        select window_start as starts, window_end as ends
        from ${quote(LOAD_LOG)}
        where ${covered} and window_end > ${base} and window_start < ${END}
        union all
        select ${base}, ${base}
        union all
        select ${END}, ${END}
      )
    )
    where reached < starts`;
}

function tableFindings(findings: readonly TableFinding[]): string {
  const rows = findings.map(({ table, finding, column, rows: counted }) => {
    const named = column === undefined ? 'null' : literal(column);
    return `(${literal(table)}, ${literal(finding)}, ${named}, ${counted})`;
  });
  return `said.*, 0, null, null, null, null, null from (values ${rows.join(', ')}) as said`;
}

function names(findings: readonly TableFinding[]): string {
  return ["''", ...findings.map(({ table }) => literal(table))].join(', ');
}

const DIFFERS_THERE = "compared.table_name = rows.table_name and substring(rows.places, compared.place, 1) = '1'";

const SAMPLES = `rows.table_name, rows.finding, compared.column_name, 0, rows.sample, key_1, key_2, key_3, null, null
  from (
    select *, row_number() over (partition by table_name, finding order by key_1, key_2, key_3, copy) as sample
    from ${DIFFERENCE}
    where finding <> 'changed_since'
  ) as rows
  left join ${COMPARED_COLUMN} as compared on rows.finding = 'changed' and ${DIFFERS_THERE}
  where rows.sample <= ${MOST_SAMPLES}`;

function noteColumns(table: string, columns: readonly Column[]): readonly Statement[] {
  if (columns.length === 0) return [];
  const rows = columns.map(({ name }, index) => `($table, ${index + 1}, ${literal(name)})`);
  return [
    {
      name: `note the columns of ${table}`,
      sql: `insert into ${COMPARED_COLUMN} values ${rows.join(', ')}`,
      values: { table },
    },
  ];
}

function placesOf(columns: readonly Column[]): string {
  const places = columns.map(({ name }) => {
    const column = quote(name);
    return `case when kept.${column} is distinct from staged.${column} then '1' else '0' end`;
  });
  return places.length === 0 ? "''" : places.join(' || ');
}
