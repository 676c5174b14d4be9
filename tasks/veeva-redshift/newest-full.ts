import { type NewestWindow, RemoteFailure, Temporal } from '#framework';
import { vaultConnection } from '#tasks/veeva';

/** Every Full begins here. */
const BEGINNING = Temporal.Instant.from('2000-01-01T00:00Z');

/** The window of the newest Full that Vault lists. */
export const newestFull: NewestWindow = async ({ connections, signal }) => {
  const { client } = await connections.get(vaultConnection);
  const listing = await client.list({ kind: 'full', from: BEGINNING, to: undefined }, { signal });
  const newest =
    listing.kind === 'none_yet'
      ? undefined
      : listing.items.findLast((item) => item.kind === 'file' && item.extractKind === 'full');
  if (newest?.kind === 'file') return { start: newest.start, end: newest.stop, zone: 'UTC' };
  throw new RemoteFailure(
    'E_VAULT_NO_FULL',
    'Vault lists no Full yet. The first one is made after Direct Data is enabled and may take until the next day; Fulls stay listed for two days.',
  );
};
