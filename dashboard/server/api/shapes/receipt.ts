import { z } from 'zod';

import { Facts } from './scalars.ts';

const LoadedTable = z.object({
  table: z.string(),
  /** Inserted or updated. */
  written: z.number(),
  deleted: z.number(),
});

/** What the target said of the last load of a window. */
export const LoadReceipt = z
  .object({
    /** `already_loaded`: its load log had this load, and nothing was applied again. */
    outcome: z.string().nullable(),
    rows: z.number().nullable(),
    /** How many tables; `loaded` may list fewer. */
    tables: z.number().nullable(),
    /** Empty where the target does not tell. */
    loaded: z.array(LoadedTable),
    /** What it says besides, such as how many statements it took. */
    details: Facts,
  })
  .meta({ id: 'LoadReceipt' });

export type LoadReceiptJson = z.input<typeof LoadReceipt>;
export type LoadedTableJson = z.input<typeof LoadedTable>;
