/** What a watchdog remembers of one consumer between two looks. */
export interface Suspicion {
  /** How many jobs it had taken at the last look. */
  readonly taken: number;
  /** By job: in how many looks in a row it was there to be taken, and was not. */
  readonly waited: ReadonlyMap<string, number>;
  /** Looks to let pass before the consumer may be made anew again. */
  readonly rest: number;
  /** How many looks to rest after the next time. */
  readonly nextRest: number;
}

export interface Look {
  readonly taken: number;
  /** Jobs that the consumer has room for and could take. */
  readonly takeable: readonly string[];
}

export interface Verdict {
  readonly suspicion: Suspicion;
  /** Whether to make the consumer anew. */
  readonly hangs: boolean;
}

/**
 * In looks and not in time: after the whole process stood still, one look may see what its consumer had no time to take. A
 * healthy consumer takes a job within milliseconds.
 */
const PATIENCE = 4;
const FIRST_REST = 4;
const LONGEST_REST = 100;

export const NO_SUSPICION: Suspicion = { taken: 0, waited: new Map(), rest: 0, nextRest: FIRST_REST };

/** Decides whether a consumer hangs: it took nothing while the same job waited for it, look after look. */
export function suspect(before: Suspicion, { taken, takeable }: Look): Verdict {
  if (taken !== before.taken) return { suspicion: { ...NO_SUSPICION, taken }, hangs: false };
  const waited = new Map(takeable.map((job) => [job, (before.waited.get(job) ?? 0) + 1]));
  const rest = Math.max(0, before.rest - 1);
  const hangs = rest === 0 && [...waited.values()].some((looks) => looks >= PATIENCE);
  if (!hangs) return { suspicion: { ...before, waited, rest }, hangs };
  const nextRest = Math.min(before.nextRest * 2, LONGEST_REST);
  return { suspicion: { taken, waited: new Map(), rest: before.nextRest, nextRest }, hangs };
}
