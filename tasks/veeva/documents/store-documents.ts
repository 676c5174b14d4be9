import { ConfigFailure, DataFailure, Failure, RemoteFailure, bounded } from '#framework';

import type { ContentPart } from './content-address.ts';
import type { DocumentVersion } from './document-version.ts';
import { type ContentOutcome, type ContentTools, storeContent } from './store-content.ts';

/** Files of one Vault under way at once; each may be 4 GB and is passed on as it arrives. */
const AT_ONCE = 4;

/** Below this share of Vault's burst limit the rest of the calls is left to the loads of data rows. */
const RESERVE = 0.25;

/** So many documents fail only where something is wrong with all of them. */
const MOST_FAILED = 10;

export type StoredDocuments =
  | { readonly kind: 'done'; readonly outcomes: readonly ContentOutcome[] }
  /** Vault's burst limit is nearly used up; what was stored is found again. */
  | { readonly kind: 'paused' };

/**
 * Stores the wanted contents of some versions. A document that cannot be stored keeps no other one back.
 * @throws RemoteFailure or DataFailure `E_DOCUMENTS_NOT_STORED` that names each document that is missing
 */
export async function storeDocuments(
  versions: readonly DocumentVersion[],
  parts: readonly ContentPart[],
  tools: Omit<ContentTools, 'burstLeft'>,
): Promise<StoredDocuments> {
  const failed: FailedContent[] = [];
  let left = 1;
  const burstLeft = (share: number): void => {
    left = share;
  };
  const wanted = versions.flatMap((version) => parts.map((part) => ({ version, part })));
  const outcomes = await bounded(wanted, { atMost: AT_ONCE, signal: tools.signal }, async ({ version, part }, own) => {
    if (left < RESERVE || failed.length >= MOST_FAILED) return undefined;
    try {
      return await storeContent(version, part, { ...tools, ...own, burstLeft });
    } catch (error) {
      own.signal.throwIfAborted();
      if (!(error instanceof Failure) || isOfAll(error)) throw error;
      failed.push({ version: version.id, part, failure: error });
      return undefined;
    }
  });
  if (failed.length > 0) throw notStored(failed, wanted.length);
  if (left < RESERVE && outcomes.includes(undefined)) return { kind: 'paused' };
  return { kind: 'done', outcomes: outcomes.filter((outcome) => outcome !== undefined) };
}

interface FailedContent {
  readonly version: string;
  readonly part: ContentPart;
  readonly failure: Failure;
}

/** A login that is refused, or a Vault that asks to wait, meets the next document as well. */
function isOfAll(failure: Failure): boolean {
  if (failure instanceof RemoteFailure) return failure.retryAfterMs !== undefined;
  return failure instanceof ConfigFailure && failure.code !== 'E_VAULT_PERMISSION';
}

function notStored(failed: readonly FailedContent[], of: number): Failure {
  const named = failed.map(({ version, part, failure }) => `${version} ${part} (${failure.code}: ${failure.message})`);
  const message =
    `${failed.length} of ${of} contents of documents could not be stored: ${named.join('; ')} ` +
    'The others are stored and are not fetched again. Try these again: windrow runs rerun RUN --failed.';
  const documents = failed.map(({ version, part, failure }) => ({ version, part, code: failure.code }));
  const options = { details: { documents }, cause: failed[0]?.failure };
  return failed.some(({ failure }) => failure.reaction === 'retry')
    ? new RemoteFailure('E_DOCUMENTS_NOT_STORED', message, options)
    : new DataFailure('E_DOCUMENTS_NOT_STORED', message, options);
}
