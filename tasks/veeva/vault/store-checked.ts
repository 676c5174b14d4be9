import { type Readable, type Transform, pipeline } from 'node:stream';

import { Failure, type ObjectStore, type PutOptions } from '#framework';

import { connectionFailure } from '../errors.ts';

export interface Arrival {
  /** For messages: `part 143462-20260120-1330-N.001`. */
  readonly what: string;
  readonly key: string;
  readonly body: Readable;
  /** Fails at the end of bytes that are not those expected. */
  readonly check: Transform;
}

/** Stores a body of Vault as it arrives; nothing becomes visible of one that breaks or that the check refuses. */
export async function storeChecked(
  { what, key, body, check }: Arrival,
  store: ObjectStore,
  options: PutOptions & { readonly signal: AbortSignal },
): Promise<void> {
  let broken: Error | undefined;
  const checked = pipeline(body, check, (error) => {
    broken ??= error ?? undefined;
  });
  try {
    await store.put(key, checked, options);
  } catch (error) {
    checked.destroy();
    options.signal.throwIfAborted();
    throw causeOf(what, broken, error);
  }
}

/** What Vault or the check reported says more than the store's word that its input ended. */
function causeOf(what: string, broken: Error | undefined, stored: unknown): unknown {
  if (broken instanceof Failure) return broken;
  if (broken === undefined || (stored instanceof Failure && !isInputError(stored, broken))) return stored;
  return connectionFailure(broken, `the body of ${what}`);
}

function isInputError(stored: Failure, broken: Error): boolean {
  return stored.cause === broken;
}
