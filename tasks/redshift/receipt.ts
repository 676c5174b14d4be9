import { z } from 'zod';

import type { Json, LoadReceipt, StageManifest } from '#framework';

import type { LoggedLoad } from './target-state.ts';

/** The column holds 65,535 bytes, a statement 100 KB; sentences beyond this are in the drift log anyway. */
const MOST_SENTENCES = 200;

/** A receipt and the files it was made from, as the load log keeps it. */
export function receiptText(receipt: LoadReceipt, sources: StageManifest['sources']): string {
  const { schemaChanges, details } = receipt;
  const shown = schemaChanges.slice(0, MOST_SENTENCES);
  const hidden = schemaChanges.length - shown.length;
  return JSON.stringify({
    schemaChanges: hidden === 0 ? shown : [...shown, `${hidden} more changes: see windrow_schema_drift.`],
    details,
    sources: sources.slice(0, MOST_SENTENCES).map(({ name, sha256 }) => ({ name, sha256 })),
  });
}

/** The receipt of a load that an earlier try has finished. */
export function readReceipt(logged: LoggedLoad): LoadReceipt {
  const stored = Stored.parse(JSON.parse(logged.receipt));
  return { outcome: 'already_loaded', rows: logged.rows, tables: logged.tables, ...stored };
}

const Stored = z.object({
  schemaChanges: z.array(z.string()).default([]),
  details: z
    .record(
      z.string(),
      z.json().transform((value): Json => value),
    )
    .default({}),
});
