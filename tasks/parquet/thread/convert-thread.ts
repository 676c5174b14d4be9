import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';

import { hasOddQuotes } from '../csv/chunks.ts';
import { convertChunk } from './convert-chunk.ts';
import type { Job, Outcome, ParityJob } from './messages.ts';

/** A multiple of 4, so that words stay aligned. */
const READ_BYTES = 1024 * 1024;

parentPort?.on('message', (job: Job) => {
  void outcomeOf(job).then((outcome) => parentPort?.postMessage(outcome, []));
});

async function outcomeOf(job: Job): Promise<Outcome> {
  try {
    return job.kind === 'chunk' ? await convertChunk(job) : { kind: 'parity', odd: isSpanOdd(job) };
  } catch (error) {
    return { kind: 'broken', error };
  }
}

function isSpanOdd({ source, span }: ParityJob): boolean {
  const file = openSync(source, 'r');
  try {
    const bytes = Buffer.allocUnsafeSlow(READ_BYTES);
    let odd = false;
    for (let position = span.start; position < span.end;) {
      const read = readSync(file, bytes, 0, Math.min(READ_BYTES, span.end - position), position);
      if (read === 0) break;
      odd = odd !== hasOddQuotes(bytes.subarray(0, read));
      position += read;
    }
    return odd;
  } finally {
    closeSync(file);
  }
}
