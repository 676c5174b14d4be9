import { Problem, notFound } from './problem.ts';

/** Of what somebody asked for. */
export interface About {
  readonly what: string;
  readonly id: string | number;
}

interface Outcome {
  readonly kind: string;
  readonly reason?: string;
}

/** What an operation did, once it is no ordinary no. @throws Problem where there is no such thing, or where it refuses */
export function accepted<T extends Outcome>(outcome: T, about: About): Exclude<T, { kind: 'not_found' | 'refused' }> {
  if (isAccepted(outcome)) return outcome;
  if (outcome.kind === 'not_found') throw notFound(about.what, about.id);
  throw new Problem('E_REFUSED', outcome.reason ?? `The ${about.what} ${about.id} does not allow it now.`);
}

function isAccepted<T extends Outcome>(outcome: T): outcome is Exclude<T, { kind: 'not_found' | 'refused' }> {
  return outcome.kind !== 'not_found' && outcome.kind !== 'refused';
}

/** The reason that somebody has to give. */
export function reasonOf(reason: string | undefined): string {
  if (reason !== undefined) return reason;
  throw new Problem('E_REQUEST_UNUSABLE', 'Say why, for those who ask later: `reason` is missing.', [
    { path: 'body.reason', message: 'expected the reason' },
  ]);
}
