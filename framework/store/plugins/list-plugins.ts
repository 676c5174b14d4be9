import { z } from 'zod';

import type { Temporal } from '../../core/time.ts';
import type { Executor } from '../database.ts';
import { InstantColumn } from '../runs/run-rows.ts';

/** What the database knows of a plugin. */
export interface PluginView {
  readonly name: string;
  readonly version: string;
  readonly delivered: number;
  readonly failures: number;
  readonly lastError: string | null;
  readonly lastErrorAt: Temporal.Instant | null;
}

export async function listPlugins(database: Executor): Promise<readonly PluginView[]> {
  const rows = await database.run(LIST);
  return rows.map((row) => PluginRow.parse(row));
}

const LIST = {
  text: `
select name, version, delivered, failures, last_error as "lastError", last_error_at as "lastErrorAt"
from plugin
order by name`,
};

const PluginRow = z.object({
  name: z.string(),
  version: z.string(),
  delivered: z.number(),
  failures: z.number(),
  lastError: z.string().nullable(),
  lastErrorAt: InstantColumn.nullable(),
});
