import { z } from 'zod';

import type { Temporal } from '../../core/time.ts';
import type { Executor } from '../database.ts';
import { InstantColumn } from '../runs/run-rows.ts';

export type LoginAttempt =
  | { readonly kind: 'allowed' }
  | { readonly kind: 'too_early'; readonly until: Temporal.Instant };

/** Seconds to wait behind the first, second, … failure in a row, so that a person who mistypes waits little and a guesser long. */
const DELAYS = [0, 0, 0, 0, 5, 10, 20, 40, 80, 160, 300];

/**
 * Counts a try as a failure before its password is looked at, so that tries at the same time are counted too; a login that
 * succeeds takes all of them back. Names of nobody are counted likewise.
 */
export async function takeLoginAttempt(
  executor: Executor,
  nameHash: Buffer,
  now: Temporal.Instant,
): Promise<LoginAttempt> {
  const [taken] = await executor.run(TAKE, [nameHash, now.toString(), DELAYS]);
  if (taken !== undefined) return { kind: 'allowed' };
  const [row] = await executor.run(NEXT, [nameHash]);
  return row === undefined ? { kind: 'allowed' } : { kind: 'too_early', until: NextRow.parse(row).until };
}

export async function forgetLoginAttempts(executor: Executor, nameHash: Buffer, now: Temporal.Instant): Promise<void> {
  await executor.run(FORGET, [nameHash, now.toString()]);
}

const NextRow = z.object({ until: InstantColumn });

// A day without a try begins anew.
const TAKE = {
  text: `
insert into login_attempt as a (name_hash, failures, next_at)
values ($1, 1, $2::timestamptz)
on conflict (name_hash) do update set
  failures = case when a.next_at < $2::timestamptz - interval '1 day' then 1 else a.failures + 1 end,
  next_at = $2::timestamptz + interval '1 s' * case
    when a.next_at < $2::timestamptz - interval '1 day' then 0
    else ($3::integer[])[least(a.failures + 1, cardinality($3::integer[]))]
  end
where a.next_at <= $2::timestamptz
returning failures`,
};
const NEXT = { text: 'select next_at as until from login_attempt where name_hash = $1' };
const FORGET = {
  text: `delete from login_attempt where name_hash = $1 or next_at < $2::timestamptz - interval '1 day'`,
};
