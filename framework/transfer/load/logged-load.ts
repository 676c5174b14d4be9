import { z } from 'zod';

import { Cancelled } from '../../core/failures.ts';
import type { Json } from '../../core/json.ts';
import { DRIFT_DECISIONS, type SchemaDrift } from '../../core/schema-drift.ts';
import type { LoadReceipt, TransferContext } from '../ports.ts';
import type { StageManifest } from '../stage-manifest.ts';

/** A row of a target's load log that a load must respect: this load itself, or one of its window with a higher fence. */
export interface LoggedLoad {
  readonly loadId: string;
  readonly fence: number;
  readonly rows: number;
  readonly tables: number;
  readonly receipt: string;
}

/** A row of the log as both targets select it: load id, fence, rows, tables, receipt, all as text. */
export function loggedLoad([loadId, fence, rows, tables, receipt]: readonly (string | null)[]): LoggedLoad {
  return {
    loadId: loadId ?? '',
    fence: Number(fence),
    rows: Number(rows),
    tables: Number(tables),
    receipt: receipt ?? '{}',
  };
}

/**
 * The receipt of a load that is in the log already.
 * @throws Cancelled `E_FENCED` when the log holds a load of this window by a worker that started later
 */
export function answerOf(logged: LoggedLoad, context: TransferContext): LoadReceipt {
  if (logged.loadId === context.loadId) return readReceipt(logged);
  throw new Cancelled(
    'E_FENCED',
    `A later worker (fence ${logged.fence}) has already loaded record ${context.recordId}; this one holds fence ${context.fence} ` +
      'and applied nothing. If the Windrow database was set up anew, remove the old rows of this window from windrow_load_log.',
    { details: { fence: context.fence, laterFence: logged.fence, laterLoadId: logged.loadId } },
  );
}

/** Redshift's column holds so many bytes, and a statement 100 KB; all changes are in the drift log, all tables on the record. */
const MOST_BYTES = 65_535;
const MOST_CHANGES = 100;
const MOST_SOURCES = 200;
const MOST_LISTED = 4096;

/** A receipt and the files it was made from, as the load log keeps it: of lists that it has no room for the beginning. */
export function receiptText(receipt: LoadReceipt, sources: StageManifest['sources']): string {
  for (let most = MOST_LISTED; ; most = Math.floor(most / 2)) {
    const text = JSON.stringify(shortened(receipt, sources, most));
    if (most === 0 || Buffer.byteLength(text) <= MOST_BYTES) return text;
  }
}

function shortened(
  { schemaChanges, details }: LoadReceipt,
  sources: StageManifest['sources'],
  most: number,
): Readonly<Record<string, unknown>> {
  const shown = schemaChanges.slice(0, Math.min(most, MOST_CHANGES));
  const hidden = schemaChanges.length - shown.length;
  const lists = Object.fromEntries(Object.entries(details).map(([name, value]) => [name, beginningOf(value, most)]));
  return {
    // Their sentences name the types.
    schemaChanges: shown.map(withoutTypes),
    details: hidden === 0 ? lists : { ...lists, moreSchemaChanges: hidden },
    sources: sources.slice(0, Math.min(most, MOST_SOURCES)).map(({ name, sha256 }) => ({ name, sha256 })),
  };
}

function beginningOf(value: Json, most: number): Json {
  if (typeof value !== 'object' || value === null) return value;
  return isList(value) ? value.slice(0, most) : Object.fromEntries(Object.entries(value).slice(0, most));
}

/** `Array.isArray` knows no lists that are only read. */
function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function withoutTypes({ table, column, change, sentence, decision }: SchemaDrift): SchemaDrift {
  return { table, ...(column === undefined ? {} : { column }), change, sentence, decision };
}

/** The receipt of a load that an earlier try has finished. */
function readReceipt(logged: LoggedLoad): LoadReceipt {
  const stored = Stored.parse(JSON.parse(logged.receipt));
  return { outcome: 'already_loaded', rows: logged.rows, tables: logged.tables, ...stored };
}

// A load log may hold receipts that kept a change as its sentence.
const Change = z.union([
  z.object({
    table: z.string(),
    column: z.string().exactOptional(),
    change: z.string(),
    sentence: z.string(),
    decision: z.enum(DRIFT_DECISIONS).default('applied'),
  }),
  z.string().transform((sentence) => ({ table: '', change: 'other', sentence, decision: 'applied' as const })),
]);

const Stored = z.object({
  schemaChanges: z.array(Change).default([]),
  details: z
    .record(
      z.string(),
      z.json().transform((value): Json => value),
    )
    .default({}),
});
