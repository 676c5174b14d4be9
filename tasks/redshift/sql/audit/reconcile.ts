import {
  LOAD_LOG,
  MOST_SAMPLES,
  RECONCILIATION,
  RECONCILIATION_COLUMNS,
  SCHEMA_DRIFT,
  TABLE_BASE,
  type TableFinding,
  type Temporal,
} from '#framework';

import { type LoadIdentity, sameWindow } from '../load/load-log.ts';
import { inPieces } from '../pieces.ts';
import { type Statement, lines, literal, nullableLiteral, qualified, quote, timestampLiteral } from '../text.ts';
import {
  type ComparedFull,
  type ComparedTable,
  comparedColumns,
  compareTable,
  createComparison,
  differences,
  dropComparison,
} from './compare.ts';

/**
 * Everything between the guard and the first change of a table. The differing rows are noted once for all tables, each with
 * a 1 at the place of each column that differs, so that the largest step is one join for each table.
 */
export function reconcileStatements(
  full: ComparedFull,
  tables: readonly ComparedTable[],
  findings: readonly TableFinding[],
): readonly Statement[] {
  return [
    ...createComparison(full),
    ...tables.flatMap((table) => compareTable(full, table)),
    ...writeReport(full, findings),
    ...dropComparison(full),
  ];
}

/** Tables and columns that the load of this window made, unless it was loaded before: those tables were there then. */
export function readMade(schema: string, load: LoadIdentity): Statement {
  return {
    name: 'read what the Full was the first to bring',
    sql: lines(
      'select distinct "table_name", "column_name"',
      `from ${qualified(schema, SCHEMA_DRIFT)}`,
      `where "pipeline_id" = ${literal(load.pipelineId)}`,
      `and "window_end" = ${timestampLiteral(load.window.end)}`,
      `and "change" in ('create_table', 'adopt_table', 'add_column')`,
      // What a contract kept back was not made by this load.
      `and "decision" = 'applied'`,
      `and not exists (select 1 from ${qualified(schema, LOAD_LOG)}`,
      sameWindow(load),
      ')',
    ),
  };
}

/** Tables that earlier Fulls of the pipeline had, but for those that are kept by policy. */
export function knownTables(schema: string, pipelineId: string): Statement {
  return {
    name: 'list the tables of earlier Fulls',
    sql: lines(
      'select distinct "table_name"',
      `from ${qualified(schema, RECONCILIATION)}`,
      `where "pipeline_id" = ${literal(pipelineId)}`,
      `and "finding" in ('compared', 'new')`,
      `and "table_name" not in (select "table_name" from ${qualified(schema, SCHEMA_DRIFT)} where "change" = 'keep_table' and "decision" = 'applied')`,
    ),
  };
}

/** The rows of the newest report of a pipeline, or of one of its Fulls. */
export function readReport(schema: string, pipelineId: string, fullEnd: Temporal.Instant | undefined): Statement {
  const report = qualified(schema, RECONCILIATION);
  const wanted = lines(
    `where "pipeline_id" = ${literal(pipelineId)}`,
    fullEnd === undefined ? '' : `and "window_end" = ${timestampLiteral(fullEnd)}`,
  );
  const values = RECONCILIATION_COLUMNS.map((column) => `cast(windrow_report.${quote(column)} as varchar(4096))`);
  return {
    name: 'read the reconciliation',
    sql: lines(
      `select ${values.join(', ')}`,
      `from ${report} as windrow_report`,
      'join (',
      `select "load_id" from ${report}`,
      wanted,
      'order by "window_end" desc, "reported_at" desc, "fence" desc',
      'limit 1',
      ') as windrow_newest',
      'on windrow_report."load_id" = windrow_newest."load_id"',
      wanted,
    ),
  };
}

/** Before the load log gets its row, so that what is in there came before. */
function writeReport(full: ComparedFull, findings: readonly TableFinding[]): readonly Statement[] {
  return [
    report(full, 'from when to when', [
      `null, 'span', null, 0, 0, null, null, null, windrow_base.windrow_from, windrow_newest.windrow_to`,
      `from (${earlierFull(full, 'max("window_end")')}) as windrow_base`,
      `cross join (select max("window_end") as windrow_to from ${qualified(full.schema, LOAD_LOG)} where ${isCovered(full)}) as windrow_newest`,
    ]),
    report(full, 'times of which no window was loaded', notLoaded(full)),
    ...tableFindings(full, findings),
    ...overtaken(full, findings),
    report(full, 'how many rows differ', [
      '"table_name", "finding", null, count(*), 0, null, null, null, null, null',
      ...differingRows(full),
      'group by "table_name", "finding"',
    ]),
    report(full, 'some of the rows', samples(full)),
    report(full, 'how many rows differ in each column', [
      `windrow_rows."table_name", 'column', windrow_named."column_name", count(*), 0, null, null, null, null, null`,
      `from ${differences(full)} as windrow_rows`,
      `join ${comparedColumns(full)} as windrow_named`,
      ...DIFFERS_THERE,
      `where windrow_rows."finding" = 'changed'`,
      'group by windrow_rows."table_name", windrow_named."column_name"',
    ]),
  ];
}

/** Each row once, though one may stand in several pieces of a wide table. A key of more columns leaves no others to compare. */
function differingRows(full: ComparedFull): readonly string[] {
  const rows = `select "table_name", "finding", "copy", "key_1", "key_2", "key_3" from ${differences(full)}`;
  return [
    'from (',
    `select "table_name", "finding" from ${differences(full)} where "piece" = 0`,
    'union all',
    'select "table_name", "finding" from (',
    `${rows} where "piece" > 0`,
    'except',
    `${rows} where "piece" = 0`,
    ') as windrow_more',
    ') as windrow_rows',
  ];
}

function report(full: ComparedFull, what: string, rest: readonly string[]): Statement {
  return { name: `report ${what}`, sql: lines(insertInto(full), `select ${headOf(full).join(', ')},`, rest) };
}

function insertInto({ schema }: ComparedFull): string {
  return lines(
    `insert into ${qualified(schema, RECONCILIATION)}`,
    '("pipeline_id", "record_id", "load_id", "fence", "window_end", "reported_at", "table_name", "finding", "column_name", "rows", "sample", "key_1", "key_2", "key_3", "from_time", "to_time")',
  );
}

function headOf({ pipelineId, recordId, loadId, fence, window, reportedAt }: ComparedFull): readonly string[] {
  return [
    literal(pipelineId),
    String(recordId),
    literal(loadId),
    String(fence),
    timestampLiteral(window.end),
    timestampLiteral(reportedAt),
  ];
}

function isCovered({ covers }: ComparedFull): string {
  return `"pipeline_id" in (${covers.map(literal).join(', ')})`;
}

/** A load of the same Full counts too: a second one finds the tables as the first left them. */
function earlierFull({ schema, pipelineId, window }: ComparedFull, end: string): string {
  return (
    `select ${end} as windrow_from from ${qualified(schema, LOAD_LOG)} ` +
    `where "pipeline_id" = ${literal(pipelineId)} and "window_end" <= ${timestampLiteral(window.end)}`
  );
}

/** Before every window. */
const BEGINNING = "timestamp '1900-01-01 00:00:00'";

/** What the windows of the covered pipelines leave open between the earlier Full and this one. */
function notLoaded(full: ComparedFull): readonly string[] {
  const end = timestampLiteral(full.window.end);
  const base = `(${earlierFull(full, `coalesce(max("window_end"), ${BEGINNING})`)}) as windrow_base`;
  return [
    `null, 'not_loaded', null, 0, 0, null, null, null, nullif(windrow_reached, ${BEGINNING}), windrow_starts`,
    'from (',
    'select windrow_starts,',
    'max(windrow_ends) over (order by windrow_starts, windrow_ends rows between unbounded preceding and 1 preceding) as windrow_reached',
    'from (',
    `select "window_start" as windrow_starts, "window_end" as windrow_ends`,
    `from ${qualified(full.schema, LOAD_LOG)}`,
    `cross join ${base}`,
    `where ${isCovered(full)}`,
    'and "window_end" > windrow_from',
    `and "window_start" < ${end}`,
    'union all',
    `select windrow_from, windrow_from from ${base}`,
    'union all',
    `select ${end}, ${end}`,
    ') as windrow_loaded',
    ') as windrow_reach',
    'where windrow_reached < windrow_starts',
  ];
}

function tableFindings(full: ComparedFull, findings: readonly TableFinding[]): readonly Statement[] {
  const rows = findings.map(({ table, finding, column, rows: counted }) => {
    const said = [literal(table), literal(finding), nullableLiteral(column), String(counted)];
    return `(${[...headOf(full), ...said].join(', ')}, 0, null, null, null, null, null)`;
  });
  return inPieces(rows).map((piece) => ({
    name: 'report the tables',
    sql: lines(insertInto(full), `values ${piece.join(', ')}`),
  }));
}

function overtaken(full: ComparedFull, findings: readonly TableFinding[]): readonly Statement[] {
  return inPieces([...new Set(findings.map(({ table }) => literal(table)))]).map((tables) =>
    report(full, 'tables that a later Full replaced', [
      `"table_name", 'overtaken', null, 0, 0, null, null, null, null, null`,
      `from ${qualified(full.schema, TABLE_BASE)}`,
      `where "window_end" > ${timestampLiteral(full.window.end)}`,
      `and "table_name" in (${tables.join(', ')})`,
      'group by "table_name"',
    ]),
  );
}

const DIFFERS_THERE = [
  'on windrow_named."table_name" = windrow_rows."table_name"',
  'and windrow_named."piece" = windrow_rows."piece"',
  `and substring(windrow_rows."places", cast(windrow_named."place" as int), 1) = '1'`,
];

function samples(full: ComparedFull): readonly string[] {
  return [
    'windrow_rows."table_name", windrow_rows."finding", windrow_named."column_name", 0, windrow_rows.windrow_sample,',
    '"key_1", "key_2", "key_3", null, null',
    'from (',
    'select "table_name", "piece", "finding", "key_1", "key_2", "key_3", "places",',
    'dense_rank() over (partition by "table_name", "finding" order by "key_1", "key_2", "key_3", "copy") as windrow_sample',
    `from ${differences(full)}`,
    `where "finding" <> 'changed_since'`,
    ') as windrow_rows',
    `left join ${comparedColumns(full)} as windrow_named`,
    ...DIFFERS_THERE,
    `and windrow_rows."finding" = 'changed'`,
    `where windrow_rows.windrow_sample <= ${MOST_SAMPLES}`,
  ];
}
