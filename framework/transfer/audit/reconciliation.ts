import { z } from 'zod';

import { Temporal } from '../../core/time.ts';
import type { LoadReceipt, TransferContext } from '../ports.ts';

/** What a Full found about the tables as the windows before it had left them. Rows of `windrow_reconciliation` tell it. */
export interface Reconciliation {
  readonly recordId: number;
  readonly loadId: string;
  readonly reportedAt: Temporal.Instant;
  /** The stop time of the Full. */
  readonly fullEnd: Temporal.Instant;
  /** The stop time of the Full before it; absent: the target knows of none. */
  readonly earlierFullEnd?: Temporal.Instant;
  /** The end of the newest window that changes had been loaded to, whether before or after the Full's stop time. */
  readonly loadedTo?: Temporal.Instant;
  /** Times between the two Fulls of which no window was loaded, oldest first. */
  readonly notLoaded: readonly Unloaded[];
  readonly verdict: ReconciliationVerdict;
  readonly tables: readonly ReconciledTable[];
}

/** Of which Full a report is wanted. */
export interface ReportQuestion {
  readonly pipelineId: string;
  /** Absent: the newest Full that has one. */
  readonly fullEnd?: Temporal.Instant;
}

export interface Unloaded {
  /** Absent: from the beginning. */
  readonly from?: Temporal.Instant;
  readonly to: Temporal.Instant;
}

export type ReconciliationVerdict =
  | 'equal'
  /** Every window up to the Full was loaded, and still something differs: a fault. */
  | 'differs'
  /** Something differs, and windows up to the Full were not loaded: it may be what those would have brought. */
  | 'not_comparable'
  /** No table stood there before, or a later Full has replaced them all. */
  | 'nothing_to_compare';

const TABLE_STATES = [
  'compared',
  /** The load of the Full made the table. */
  'new',
  /** The Full brings only changes of the table. */
  'merged',
  /** An earlier Full had the table, this one has not: it is left as it is. */
  'absent',
  /** A later Full has replaced the table. */
  'overtaken',
] as const;

export interface ReconciledTable {
  readonly table: string;
  readonly state: (typeof TABLE_STATES)[number];
  /** Rows of the Full. */
  readonly rows: number;
  /** The Full has them, the table did not. */
  readonly missing: number;
  /** The table had them, the Full has not; a row that stood twice counts here too. */
  readonly extra: number;
  readonly changed: number;
  /** Rows that later windows have changed or deleted: their state at the Full's stop time is not known any more. */
  readonly changedSince: number;
  /** How many rows differ in each column; one row may count in several. */
  readonly columns: readonly { readonly column: string; readonly rows: number }[];
  /** Columns that the Full was the first to bring; not compared. */
  readonly newColumns: readonly string[];
  readonly samples: readonly DifferingRow[];
}

export interface DifferingRow {
  readonly difference: 'missing' | 'extra' | 'changed';
  /** The values of the key columns, in their order. */
  readonly key: readonly (string | null)[];
  /** The columns in which a changed row differs. */
  readonly columns: readonly string[];
}

/** So many rows of each table and difference are kept by name. */
export const MOST_SAMPLES = 5;

/** The order in which targets select the columns of `windrow_reconciliation`, each as text. */
export const RECONCILIATION_COLUMNS = [
  'record_id',
  'load_id',
  'reported_at',
  'window_end',
  'table_name',
  'finding',
  'column_name',
  'rows',
  'sample',
  'key_1',
  'key_2',
  'key_3',
  'from_time',
  'to_time',
] as const;

/** The report that the rows of one load tell; undefined where there are none. */
export function reconciliationOf(rows: readonly (readonly (string | null)[])[]): Reconciliation | undefined {
  const findings = rows.map((row) =>
    Finding.parse(Object.fromEntries(RECONCILIATION_COLUMNS.map((name, index) => [name, row[index] ?? null]))),
  );
  const span = findings.find(({ finding }) => finding === 'span');
  if (span === undefined) return undefined;
  const tables = [...Map.groupBy(findings, ({ table_name: table }) => table)]
    .flatMap(([table, own]) => (table === null ? [] : [tableOf(table, own)]))
    .toSorted((a, b) => (a.table < b.table ? -1 : 1));
  const notLoaded = findings
    .filter(({ finding }) => finding === 'not_loaded')
    .map(({ from_time: from, to_time: to, window_end: end }) => ({ ...(from === null ? {} : { from }), to: to ?? end }))
    .toSorted((a, b) => Temporal.Instant.compare(a.to, b.to));
  const { from_time: earlierFullEnd, to_time: loadedTo } = span;
  return {
    recordId: span.record_id,
    loadId: span.load_id,
    reportedAt: span.reported_at,
    fullEnd: span.window_end,
    ...(earlierFullEnd === null ? {} : { earlierFullEnd }),
    ...(loadedTo === null ? {} : { loadedTo }),
    notLoaded,
    verdict: verdictOf(tables, notLoaded),
    tables,
  };
}

/** Whether something of the table differs, as far as it was compared. */
export function isDifferent({ state, rows, missing, extra, changed, newColumns }: ReconciledTable): boolean {
  if (state === 'new') return rows > 0;
  return state === 'absent' || missing + extra + changed > 0 || newColumns.length > 0;
}

const MOST_NAMED = 5;

/** The report in one or two sentences. */
export function reconciliationSentence(report: Reconciliation): string {
  const { tables, fullEnd, loadedTo, verdict } = report;
  const moments = `the Full to ${fullEnd.toString()} with changes loaded to ${loadedTo?.toString() ?? 'nowhere'}`;
  if (verdict === 'nothing_to_compare') return `There was nothing to compare: ${moments}.`;
  const compared = tables.filter(({ state }) => state === 'compared');
  const sum = (of: (table: ReconciledTable) => number) => compared.reduce((total, table) => total + of(table), 0);
  const since = sum(({ changedSince }) => changedSince);
  const apart = since === 0 ? '' : ` Left out: ${since} rows that later windows changed.`;
  const asked = `Compared ${moments}, ${compared.length} tables:`;
  if (verdict === 'equal') return `${asked} no difference.${apart}`;
  const differing = tables.filter(isDifferent).map(({ table }) => table);
  const named = differing.slice(0, MOST_NAMED).join(', ') + (differing.length > MOST_NAMED ? ', …' : '');
  const counts = `missing ${sum(({ missing }) => missing)}, extra ${sum(({ extra }) => extra)}, changed ${sum(({ changed }) => changed)}`;
  const doubt = verdict === 'not_comparable' ? ` ${unloadedText(report.notLoaded)}, so this need not be a fault.` : '';
  return `${asked} rows ${counts}, in ${named}.${apart}${doubt}`;
}

function unloadedText(spans: readonly Unloaded[]): string {
  const named = spans
    .slice(0, MOST_NAMED)
    .map(({ from, to }) => `${from?.toString() ?? 'the beginning'} to ${to.toString()}`);
  return `No window was loaded from ${named.join(', from ')}${spans.length > MOST_NAMED ? ' and others' : ''}`;
}

function verdictOf(tables: readonly ReconciledTable[], notLoaded: readonly Unloaded[]): ReconciliationVerdict {
  if (!tables.some(({ state }) => state === 'compared')) return 'nothing_to_compare';
  if (!tables.some(isDifferent)) return 'equal';
  return notLoaded.length === 0 ? 'differs' : 'not_comparable';
}

/** Tells the log what a Full found, and adds it to the receipt, which stands on the record. */
export function withReconciliation(
  receipt: LoadReceipt,
  report: Reconciliation | undefined,
  { log }: Pick<TransferContext, 'log'>,
): LoadReceipt {
  if (report === undefined) return receipt;
  const { verdict } = report;
  const sentence = reconciliationSentence(report) + leftOutText(receipt);
  if (verdict === 'differs') log.warn(sentence);
  else log.info(sentence);
  return { ...receipt, details: { ...receipt.details, reconciliation: { verdict, sentence } } };
}

function leftOutText({ details }: LoadReceipt): string {
  const rows = Number(details['quarantined'] ?? 0);
  if (rows === 0) return '';
  const [named, such] = rows === 1 ? ['1 row that is', 'it, it counts'] : [`${rows} rows that are`, 'them, they count'];
  return ` The Full itself is without ${named} in quarantine: where the table had ${such} as extra.`;
}

const DIFFERENCES = ['missing', 'extra', 'changed'] as const;

const Moment = z.string().transform((text) => Temporal.Instant.from(`${text.replace(' ', 'T')}Z`));

const Finding = z.object({
  record_id: z.coerce.number(),
  load_id: z.string(),
  reported_at: Moment,
  window_end: Moment,
  table_name: z.string().nullable(),
  finding: z.enum(['span', 'not_loaded', ...TABLE_STATES, ...DIFFERENCES, 'changed_since', 'column', 'new_column']),
  column_name: z.string().nullable(),
  rows: z.coerce.number(),
  sample: z.coerce.number(),
  key_1: z.string().nullable(),
  key_2: z.string().nullable(),
  key_3: z.string().nullable(),
  from_time: Moment.nullable(),
  to_time: Moment.nullable(),
});
type Finding = z.output<typeof Finding>;

function tableOf(table: string, findings: readonly Finding[]): ReconciledTable {
  const totals = findings.filter(({ sample }) => sample === 0);
  const rowsOf = (wanted: Finding['finding']) => totals.find(({ finding }) => finding === wanted)?.rows ?? 0;
  const hasState = (state: string) => totals.some(({ finding }) => finding === state);
  // A table that a later Full has replaced was to be compared first.
  const state = TABLE_STATES.findLast(hasState) ?? 'compared';
  return {
    table,
    state,
    rows: rowsOf(state === 'overtaken' ? 'compared' : state),
    missing: rowsOf('missing'),
    extra: rowsOf('extra'),
    changed: rowsOf('changed'),
    changedSince: rowsOf('changed_since'),
    columns: totals
      .flatMap(({ finding, column_name: column, rows }) =>
        finding === 'column' ? [{ column: column ?? '', rows }] : [],
      )
      .toSorted((a, b) => b.rows - a.rows || (a.column < b.column ? -1 : 1)),
    newColumns: totals
      .flatMap(({ finding, column_name: column }) => (finding === 'new_column' ? [column ?? ''] : []))
      .toSorted(),
    samples: DIFFERENCES.flatMap((difference) => samplesOf(difference, findings)),
  };
}

function samplesOf(difference: DifferingRow['difference'], findings: readonly Finding[]): readonly DifferingRow[] {
  const own = findings
    .filter(({ finding, sample }) => finding === difference && sample > 0)
    .toSorted((a, b) => a.sample - b.sample);
  return [...Map.groupBy(own, ({ sample }) => sample).values()].map((rows) => {
    const { key_1: first = null, key_2: second = null, key_3: third = null } = rows[0] ?? {};
    const parts = [first, second, third];
    return {
      difference,
      key: parts.slice(0, Math.max(1, parts.findLastIndex((part) => part !== null) + 1)),
      columns: rows.flatMap(({ column_name: column }) => column ?? []).toSorted(),
    };
  });
}
