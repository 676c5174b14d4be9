import type { Closable } from '../core/closable.ts';
import { type Millis, milliseconds } from '../core/duration.ts';
import { repeat } from '../core/timer.ts';
import { countDelivered } from '../store/plugins/count-delivered.ts';
import { SettledRows } from '../store/plugins/settled-rows.ts';
import { type Change, readChanges } from '../store/views/read-changes.ts';
import type { Windrow } from './windrow.ts';

const LOOK: Millis = milliseconds(500);

/** Rows that were drawn before the first look may be committed behind it: so many old ones are told once more. */
const AGAIN = 100;

/** What plugins keep of a change is there behind it, so they are told of for themselves. */
const HEARD: Change = { kind: 'plugin_heard' };

/** Tells what changes from now on, until it is closed; looks at the database twice a second. */
export function watchChanges(
  { store: { database }, log }: Pick<Windrow, 'store' | 'log'>,
  tell: (changes: readonly Change[]) => void,
): Closable {
  const settled = new SettledRows();
  let from: number | undefined;
  let delivered: number | undefined;
  const happened = async (): Promise<readonly Change[]> => {
    const to = await settled.upTo(database);
    from ??= Math.max(0, to - AGAIN);
    if (to <= from) return [];
    const changes = await readChanges(database, { from, to });
    from = to;
    return changes;
  };
  const heard = async (): Promise<readonly Change[]> => {
    const before = delivered;
    delivered = await countDelivered(database);
    return before === undefined || before === delivered ? [] : [HEARD];
  };
  const look = async (): Promise<void> => {
    const changes = [...(await happened()), ...(await heard())];
    if (changes.length > 0) tell(changes);
  };
  return repeat(LOOK, look, (error) => log.warn('What changed could not be read', { error: String(error) }));
}
