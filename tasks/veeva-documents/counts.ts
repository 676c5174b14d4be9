import type { ContentOutcome } from '#tasks/veeva';

/** How many contents there are of each outcome. A type, because what a task returns must be JSON. */
export type Counts = {
  /** New in the store. */
  readonly stored: number;
  /** There already. */
  readonly there: number;
  /** Of placeholders. */
  readonly withoutFile: number;
  /** Of versions that Vault no longer has, or texts that it does not find. */
  readonly refused: number;
  /** Fetched now. */
  readonly bytes: number;
};

export function countOutcomes(outcomes: readonly ContentOutcome[]): Counts {
  const of = (kind: ContentOutcome['outcome']): number => outcomes.filter(({ outcome }) => outcome === kind).length;
  const bytes = outcomes.reduce((sum, found) => sum + (found.outcome === 'stored' ? found.bytes : 0), 0);
  return {
    stored: of('stored'),
    there: of('there'),
    withoutFile: of('without_file'),
    refused: of('refused'),
    bytes,
  };
}

export function addCounts(all: readonly Counts[]): Counts {
  const sum = (name: keyof Counts): number => all.reduce((total, counts) => total + counts[name], 0);
  return {
    stored: sum('stored'),
    there: sum('there'),
    withoutFile: sum('withoutFile'),
    refused: sum('refused'),
    bytes: sum('bytes'),
  };
}
