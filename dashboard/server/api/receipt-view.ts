import { z } from 'zod';

import type { Json } from '#framework';

import type { LoadReceipt } from './shapes/receipt.ts';

/** A stored receipt as the API shows it; a target may leave out what it likes. */
export function receiptView(stored: Json): z.output<typeof LoadReceipt> {
  const { outcome, rows, tables, details } = Stored.parse(stored);
  const { loaded, ...more } = details;
  return { outcome, rows, tables, loaded: loadedTables(loaded), details: more };
}

function loadedTables(loaded: Json | undefined): z.output<typeof LoadReceipt>['loaded'] {
  return Object.entries(Loaded.parse(loaded)).map(([table, [written, deleted]]) => ({ table, written, deleted }));
}

const MaybeNumber = z.number().nullable().catch(null);

const Stored = z.object({
  outcome: z.string().nullable().catch(null),
  rows: MaybeNumber,
  tables: MaybeNumber,
  details: z.record(z.string(), z.json()).catch({}),
});

/** Rows written and rows deleted, by table. */
const Loaded = z.record(z.string(), z.tuple([z.number(), z.number()])).catch({});
