import type { Temporal } from '../../core/time.ts';
import type { Database } from '../database.ts';

/** Whether this process is the one that tells the plugin of the interval that began at `at`. Locks the plugin's row. */
export async function takeTick(database: Database, plugin: string, at: Temporal.Instant): Promise<boolean> {
  return (await database.run(TAKE, [plugin, at.toString()])).length > 0;
}

export async function noteTick(database: Database, plugin: string, error: string | undefined): Promise<void> {
  await database.run(NOTE, [plugin, error ?? null]);
}

// A clock that was far ahead once must not end ticks for ever.
const TAKE = {
  name: 'take_tick',
  text: `
update plugin set ticked_at = $2::timestamptz
where name = $1 and (ticked_at is null or ticked_at < $2::timestamptz or ticked_at > $2::timestamptz + interval '1 day')
returning name`,
};

const NOTE = {
  name: 'note_tick',
  text: `
update plugin set
  delivered = delivered + 1, failures = failures + case when $2::text is null then 0 else 1 end,
  last_error = coalesce($2, last_error), last_error_at = case when $2::text is null then last_error_at else now() end
where name = $1`,
};
