import { z } from 'zod';

import type { Json } from '../../core/json.ts';
import type { Executor } from '../database.ts';

/** What the target said of the last load of a record: a `LoadReceipt`, or null before the first one. Undefined: no such record. */
export async function findLoadReceipt(database: Executor, recordId: number): Promise<Json | undefined> {
  const [row] = await database.run(FIND, [recordId]);
  return row === undefined ? undefined : ReceiptRow.parse(row).receipt;
}

const FIND = { name: 'find_load_receipt', text: 'select load_receipt as receipt from pipeline_records where id = $1' };

const ReceiptRow = z.object({ receipt: z.json() });
