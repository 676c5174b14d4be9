import { z } from 'zod';

import type { Database } from '../database.ts';

export interface PluginHolder {
  readonly plugin: string;
  readonly holder: string;
}

/**
 * Takes a plugin for as long as `move` is called every 30 s, and gives the id up to which it has heard everything; undefined
 * while another process has it. Locks its row.
 */
export async function holdPlugin(database: Database, { plugin, holder }: PluginHolder): Promise<number | undefined> {
  const [row] = await database.run(HOLD, [plugin, holder]);
  return row === undefined ? undefined : PositionRow.parse(row).position;
}

export interface Move {
  readonly to: number;
  readonly delivered: number;
  /** Why the hook failed. */
  readonly error?: string;
}

/** Notes what was delivered; false where another process has taken the plugin meanwhile. */
export async function movePlugin(database: Database, { plugin, holder }: PluginHolder, move: Move): Promise<boolean> {
  const values = [plugin, holder, move.to, move.delivered, move.error ?? null];
  return (await database.run(MOVE, values)).length > 0;
}

export async function releasePlugin(database: Database, { plugin, holder }: PluginHolder): Promise<void> {
  await database.run(RELEASE, [plugin, holder]);
}

const HOLD = {
  name: 'hold_plugin',
  text: `
update plugin set holder = $2, held_until = now() + interval '30 s'
where name = $1 and (holder = $2 or held_until is null or held_until < now())
returning position`,
};

const MOVE = {
  name: 'move_plugin',
  text: `
update plugin set
  position = $3, held_until = now() + interval '30 s', delivered = delivered + $4::integer,
  failures = failures + case when $5::text is null then 0 else 1 end, last_error = coalesce($5, last_error),
  last_error_at = case when $5::text is null then last_error_at else now() end
where name = $1 and holder = $2
returning name`,
};

const RELEASE = {
  name: 'release_plugin',
  text: 'update plugin set holder = null, held_until = null where name = $1 and holder = $2',
};

const PositionRow = z.object({ position: z.number() });
