import { Failure } from '#framework';

/** The failure that `work` throws; anything else it does fails the test. */
export function failureOf(work: () => unknown): Failure {
  try {
    work();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('Expected a failure, and nothing was thrown.');
}

/** As `failureOf`, for work that is not done at once. */
export async function failureOfAsync(work: () => Promise<unknown>): Promise<Failure> {
  const outcome = await work().catch((error: unknown) => ({ error }));
  if (typeof outcome === 'object' && outcome !== null && 'error' in outcome && outcome.error instanceof Failure)
    return outcome.error;
  throw new Error(`Expected a failure, and got ${JSON.stringify(outcome)}.`);
}
