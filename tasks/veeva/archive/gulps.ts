import { release } from '#tasks/parquet';

/** The same bytes in larger pieces, all of them in one memory: each is to be used up before the next is asked for. What was read is gone. */
export async function* gulps(sips: AsyncIterable<Buffer>, memory: Buffer): AsyncGenerator<Buffer> {
  let held = 0;
  for await (const sip of sips) {
    for (let from = 0; from < sip.length;) {
      const taken = sip.copy(memory, held, from);
      from += taken;
      held += taken;
      if (held < memory.length) continue;
      yield memory;
      held = 0;
    }
    // Where that waited to be collected, V8 marked the heap of a worker six times for 500 MB of CSV instead of once.
    release(sip);
  }
  if (held > 0) yield memory.subarray(0, held);
}
