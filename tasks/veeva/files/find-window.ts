import { RemoteFailure, Temporal, type TransferContext } from '#framework';

import type { Listing, VaultClient } from '../client.ts';
import type { ExtractKind } from './extract-kind.ts';
import { type Match, matchWindow } from './match-window.ts';

interface Vault {
  readonly client: VaultClient;
  readonly kind: ExtractKind;
}

/** Fulls are listed only when the question reaches back to where they begin. */
const BEGINNING = Temporal.Instant.from('2000-01-01T00:00Z');

const A_LITTLE = { hours: 2 };
/** The logs beside a day tell whether its midnights are those of the Vault; 25 hours where clocks change. */
const A_DAY = { hours: 25 };

/**
 * Asks Vault for more than the window, because whether it lists files within or across the asked range is not documented,
 * and picks the window's own file from the answer.
 */
export async function findWindow({ client, kind }: Vault, context: TransferContext): Promise<Match> {
  const { window, clock, signal, pipelineId, recordId } = context;
  const now = clock.now();
  const margin = kind === 'log' ? A_DAY : A_LITTLE;
  const to = window.end.add(margin);
  const from = kind === 'full' ? BEGINNING : window.start.subtract(margin);
  const query = { kind, from, to: Temporal.Instant.compare(to, now) > 0 ? undefined : to };
  const listing = await listOpen(() => client.list(query, { signal, reference: `${pipelineId}-${recordId}` }));
  if (listing.kind === 'none_yet')
    return { kind: 'not_published', until: now.add({ minutes: 10 }), reason: listing.reason, isOtherZone: false };
  return matchWindow(listing.items, { kind, window, now });
}

/** A Vault in configuration mode has nothing to list for the time being; tries would be used up long before it is open again. */
async function listOpen(list: () => Promise<Listing>): Promise<Listing> {
  try {
    return await list();
  } catch (error) {
    if (!(error instanceof RemoteFailure) || error.code !== 'E_VAULT_CLOSED') throw error;
    return { kind: 'none_yet', reason: error.message };
  }
}
