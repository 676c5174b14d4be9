import { z } from 'zod';

import type { Project } from '../dag/project.ts';
import type { Database } from './database.ts';
import { registerPools } from './pools.ts';
import { registerDags } from './register-dags.ts';
import { registerSensors } from './sensors/register-sensors.ts';

/**
 * What the database learns of a project: `all`, for those that run it, or `new`, only the dags that it does not know, for commands.
 * A command may stand in another checkout than the servers, and must not change their limits and schedules.
 */
export type Learning = 'all' | 'new';

/** Makes the database know the dags, sensors and pools of the code. One that knows no dag at all learns everything. Idempotent. */
export async function registerProject(database: Database, project: Project, learning: Learning): Promise<void> {
  const { dags, sensors = [], pools = {} } = project;
  const known = learning === 'all' ? new Set<string>() : await knownDags(database);
  await registerDags(
    database,
    dags.filter(({ id }) => !known.has(id)),
  );
  if (known.size > 0) return;
  await registerSensors(database, sensors);
  await registerPools(database, pools);
}

async function knownDags(database: Database): Promise<ReadonlySet<string>> {
  const rows = await database.run({ text: 'select id from dag' });
  return new Set(rows.map((row) => Known.parse(row).id));
}

const Known = z.object({ id: z.string() });
