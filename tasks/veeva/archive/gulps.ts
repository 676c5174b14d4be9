import { release } from '#tasks/parquet';

/**
 * The same bytes in larger pieces, in each memory in turn: a gulp is to be used up when as many further ones are asked for as there are memories.
 * What was read is gone.
 */
export async function* gulps(sips: AsyncIterable<Buffer>, memories: readonly Buffer[]): AsyncGenerator<Buffer> {
  let [given, held] = [0, 0];
  for await (const sip of sips) {
    for (let from = 0; from < sip.length;) {
      const memory = memories[given % memories.length] ?? NOTHING;
      const taken = sip.copy(memory, held, from);
      from += taken;
      held += taken;
      if (held < memory.length) continue;
      yield memory;
      given += 1;
      held = 0;
    }
    // Where that waited to be collected, V8 marked the heap of a worker six times for 500 MB of CSV instead of once.
    release(sip);
  }
  if (held > 0) yield (memories[given % memories.length] ?? NOTHING).subarray(0, held);
}

const NOTHING = Buffer.alloc(0);
