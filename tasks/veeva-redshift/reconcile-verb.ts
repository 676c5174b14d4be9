import {
  type Answer,
  type DifferingRow,
  type ReconciledTable,
  type Reconciliation,
  type ReportQuestion,
  type VerbTools,
  type WindowRecord,
  isDifferent,
  notFound,
  reconciliationSentence,
  table,
} from '#framework';

import { openTargetOf } from './open-target.ts';

export interface ReconcileOptions {
  /** Id of the record of a Full. */
  readonly full?: number;
  readonly table?: string;
  readonly pipeline?: string;
}

/** What a Full found about the tables that it replaced. Exit code 1 where that is a fault, so that a monitor may ask. */
export async function reconcile(tools: VerbTools, options: ReconcileOptions): Promise<Answer> {
  const asked = await findFull(tools, options);
  if (asked.kind === 'none') return notFound(asked.message);
  const { record } = asked;
  const report = await findReport(tools, record, {
    pipelineId: record.pipelineId,
    ...(options.full === undefined ? {} : { fullEnd: record.window.end }),
  });
  if (report === undefined) {
    return notFound(
      `${options.full === undefined ? `No Full of ${record.pipelineId}` : `The Full of record ${record.id}`} left no report in ${record.targetName ?? 'its target'}: ` +
        'it is not loaded, or was loaded before Windrow kept reports or while REDSHIFT_RECONCILE or DUCKDB_RECONCILE was off.',
    );
  }
  const shown = report.tables.filter((one) => options.table === undefined || one.table === options.table.toLowerCase());
  if (shown.length === 0 && options.table !== undefined) {
    return notFound(`The Full of record ${report.recordId} has no table ${options.table}.`);
  }
  const isFault = report.verdict === 'differs' && shown.some(isDifferent);
  return { exit: isFault ? 'failed' : 'ok', json: asJson(report, shown), text: asText(report, shown, options) };
}

/** Pipelines of Fulls that come with Windrow, as they are named in `dags`. */
const FULLS = ['veeva_full', 'veeva_duckdb_full'];

type Asked =
  | { readonly kind: 'full'; readonly record: WindowRecord }
  | { readonly kind: 'none'; readonly message: string };

async function findFull({ records }: VerbTools, { full, pipeline }: ReconcileOptions): Promise<Asked> {
  if (full !== undefined) {
    const [record] = await records({ before: full + 1, limit: 1 });
    if (record?.id === full) return { kind: 'full', record };
    return { kind: 'none', message: `There is no record ${full}. See: windrow records list --pipeline veeva_full` };
  }
  const pipelines = pipeline === undefined ? FULLS : [pipeline];
  for (const pipelineId of pipelines) {
    const [record] = await records({ pipelineId, limit: 1 });
    if (record !== undefined) return { kind: 'full', record };
  }
  return { kind: 'none', message: `No Full was loaded yet by ${pipelines.join(' or ')}.` };
}

/** A cluster that was paused takes minutes to answer. */
const ASKING_MS = 300_000;

async function findReport(
  tools: VerbTools,
  record: WindowRecord,
  question: ReportQuestion,
): Promise<Reconciliation | undefined> {
  const target = await openTargetOf(record, tools);
  return target.reconciliation(question, AbortSignal.timeout(ASKING_MS));
}

function asJson(report: Reconciliation, tables: readonly ReconciledTable[]) {
  const { reportedAt, fullEnd, earlierFullEnd, loadedTo, notLoaded, ...rest } = report;
  return {
    ...rest,
    sentence: reconciliationSentence(report),
    reportedAt: reportedAt.toString(),
    fullEnd: fullEnd.toString(),
    earlierFullEnd: earlierFullEnd?.toString() ?? null,
    loadedTo: loadedTo?.toString() ?? null,
    notLoaded: notLoaded.map(({ from, to }) => ({ from: from?.toString() ?? null, to: to.toString() })),
    tables,
  };
}

/** Of all tables, those that differ; of one that was asked for, whatever there is. */
function asText(report: Reconciliation, tables: readonly ReconciledTable[], options: ReconcileOptions): string {
  const told = options.table === undefined ? tables.filter(isDifferent) : tables;
  const rows = told.map((one) => [
    one.table,
    one.state,
    one.rows,
    one.missing,
    one.extra,
    one.changed,
    one.changedSince,
    columnsText(one),
    one.samples.map(sampleText).join('; '),
  ]);
  const titles = ['table', 'state', 'rows', 'missing', 'extra', 'changed', 'later', 'columns', 'for example'];
  const none = `No difference in ${tables.length} tables.`;
  return `${reconciliationSentence(report)}\n\n${table(titles, rows, none)}`;
}

function columnsText({ columns, newColumns }: ReconciledTable): string {
  return [...columns.map(({ column, rows }) => `${column} ${rows}`), ...newColumns.map((one) => `${one} new`)].join(
    ', ',
  );
}

function sampleText({ difference, key, columns }: DifferingRow): string {
  const named = key.map((part) => part ?? 'NULL').join(' / ');
  return `${difference} ${named}${columns.length === 0 ? '' : ` (${columns.join(', ')})`}`;
}
