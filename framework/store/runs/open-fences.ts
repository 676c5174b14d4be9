import type { Executor } from '../database.ts';

/**
 * Lets tries start again after PostgreSQL was made or has crashed: puts the next fence above every one that the crash may have
 * made it forget, then the row without which no start finds anything. Returns false where somebody has done so already.
 */
export async function openFences(executor: Executor): Promise<boolean> {
  return (await executor.run(OPEN)).length > 0;
}

// Of two at once the second waits for the first and does nothing. More fences than are minted in the second that may be lost.
const OPEN = {
  name: 'open_fences',
  text: `
with opened as (
  insert into open_fences default values
  on conflict do nothing
  returning is_only
)
select setval('fence', nextval('fence') + 1000000)
from opened`,
};
