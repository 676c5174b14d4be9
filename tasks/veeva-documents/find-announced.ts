import { MAX_SENSOR_ITEMS, type PollContext, type Polled } from '#framework';
import { s3Connection } from '#tasks/s3';
import { vaultConnection } from '#tasks/veeva';

import { listAnnouncements } from './announcement.ts';

/**
 * Loaded windows whose documents wait. What failed stays announced under a key that is known, so the cursor goes round:
 * a poll takes what lies behind it, or begins anew.
 */
export async function findAnnounced({ cursor, connections, signal }: PollContext<string>): Promise<Polled<string>> {
  const { settings } = await connections.get(vaultConnection);
  if (settings.documentContent === 'none') return { items: [] };
  const { store } = await connections.get(s3Connection);
  const keys = await listAnnouncements(store, { signal });
  const behind = keys.filter((key) => key > (cursor ?? ''));
  const chosen = (behind.length > 0 ? behind : keys).slice(0, MAX_SENSOR_ITEMS);
  const last = chosen.at(-1);
  return {
    items: chosen.map((announcement) => ({ key: announcement, params: { announcement } })),
    ...(last === undefined ? {} : { cursor: last }),
  };
}
