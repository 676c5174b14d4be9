export interface BoundedOptions {
  readonly atMost: number;
  readonly signal?: AbortSignal;
}

/**
 * Runs `work` over `items` with at most `atMost` under way, results in the order of the items.
 * The first failure aborts the others, waits for them to end, and is then thrown.
 */
export async function bounded<T, R>(
  items: Iterable<T>,
  options: BoundedOptions,
  work: (item: T, tools: { readonly signal: AbortSignal }) => Promise<R>,
): Promise<R[]> {
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([stop.signal, options.signal]);
  const queue = [...items].entries();
  const results: R[] = [];
  let failure: { readonly error: unknown } | undefined;

  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (signal.aborted) return;
      try {
        results[index] = await work(item, { signal });
      } catch (error) {
        failure ??= { error };
        stop.abort(error);
      }
    }
  };

  await Promise.all(Array.from({ length: Math.max(1, options.atMost) }, worker));
  if (failure !== undefined) throw failure.error;
  signal.throwIfAborted();
  return results;
}
