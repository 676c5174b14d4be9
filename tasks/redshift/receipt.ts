import { z } from 'zod';

import type { Json, LoadReceipt, StageManifest } from '#framework';

import type { LoggedLoad } from './target-state.ts';

/** The column holds 65,535 bytes, a statement 100 KB; changes beyond this are in the drift log anyway. */
const MOST_CHANGES = 100;
const MOST_SOURCES = 200;

/** A receipt and the files it was made from, as the load log keeps it. */
export function receiptText(receipt: LoadReceipt, sources: StageManifest['sources']): string {
  const { schemaChanges, details } = receipt;
  const shown = schemaChanges.slice(0, MOST_CHANGES);
  const hidden = schemaChanges.length - shown.length;
  return JSON.stringify({
    schemaChanges: shown,
    details: hidden === 0 ? details : { ...details, moreSchemaChanges: hidden },
    sources: sources.slice(0, MOST_SOURCES).map(({ name, sha256 }) => ({ name, sha256 })),
  });
}

/** The receipt of a load that an earlier try has finished. */
export function readReceipt(logged: LoggedLoad): LoadReceipt {
  const stored = Stored.parse(JSON.parse(logged.receipt));
  return { outcome: 'already_loaded', rows: logged.rows, tables: logged.tables, ...stored };
}

// A load log may hold receipts that kept a change as its sentence.
const Change = z.union([
  z.object({ table: z.string(), column: z.string().exactOptional(), change: z.string(), sentence: z.string() }),
  z.string().transform((sentence) => ({ table: '', change: 'other', sentence })),
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
