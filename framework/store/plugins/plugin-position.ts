import { z } from 'zod';

import type { Database } from '../database.ts';
import type { Stream } from './settled-rows.ts';

export interface PluginHolder {
  readonly plugin: string;
  readonly holder: string;
}

export type Positions = Readonly<Record<Stream, number>>;

/** Takes a plugin for as long as `move` is called every 30 s; undefined while another process has it. Locks its row. */
export async function holdPlugin(database: Database, { plugin, holder }: PluginHolder): Promise<Positions | undefined> {
  const [row] = await database.run(HOLD, [plugin, holder]);
  return row === undefined ? undefined : PositionRow.parse(row);
}

export interface Move {
  readonly stream: Stream;
  readonly to: number;
  readonly delivered: number;
  /** Why the hook failed. */
  readonly error?: string;
}

/** Notes what was delivered; false where another process has taken the plugin meanwhile. */
export async function movePlugin(database: Database, { plugin, holder }: PluginHolder, move: Move): Promise<boolean> {
  const values = [plugin, holder, move.to, move.delivered, move.error ?? null];
  return (await database.run(MOVE[move.stream], values)).length > 0;
}

export async function releasePlugin(database: Database, { plugin, holder }: PluginHolder): Promise<void> {
  await database.run(RELEASE, [plugin, holder]);
}

const HOLD = {
  name: 'hold_plugin',
  text: `
update plugin set holder = $2, held_until = now() + interval '30 s'
where name = $1 and (holder = $2 or held_until is null or held_until < now())
returning event_position as event, attempt_position as attempt`,
};

const moving = (stream: Stream) => ({
  name: `move_plugin_${stream}`,
  text: `
update plugin set
  ${stream}_position = $3, held_until = now() + interval '30 s', delivered = delivered + $4::integer,
  failures = failures + case when $5::text is null then 0 else 1 end, last_error = coalesce($5, last_error),
  last_error_at = case when $5::text is null then last_error_at else now() end
where name = $1 and holder = $2
returning name`,
});

const MOVE = { event: moving('event'), attempt: moving('attempt') };

const RELEASE = {
  name: 'release_plugin',
  text: 'update plugin set holder = null, held_until = null where name = $1 and holder = $2',
};

const PositionRow = z.object({ event: z.number(), attempt: z.number() });
