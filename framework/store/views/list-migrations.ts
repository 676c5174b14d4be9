import { z } from 'zod';

import type { Executor } from '../database.ts';

/** The names of the migrations that were applied, oldest first; none in a database that Windrow has not seen. */
export async function listMigrations(database: Executor): Promise<readonly string[]> {
  const [found] = await database.run({ text: `select to_regclass('migration') is not null as present` });
  if (!Presence.parse(found).present) return [];
  const rows = await database.run({ text: 'select name from migration order by number' });
  return rows.map((row) => Migration.parse(row).name);
}

const Presence = z.object({ present: z.boolean() });
const Migration = z.object({ name: z.string() });
