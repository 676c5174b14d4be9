import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';

import { FieldMemory, READ_BYTES } from '../csv/field-memory.ts';
import { convertChunk } from './convert-chunk.ts';
import type { Job, Outcome, ParityJob } from './messages.ts';

/** The thread has one job at a time. */
const memory = new FieldMemory();

parentPort?.on('message', (job: Job) => {
  void outcomeOf(job).then((outcome) => parentPort?.postMessage(outcome, []));
});

async function outcomeOf(job: Job): Promise<Outcome> {
  try {
    return job.kind === 'chunk' ? await convertChunk(job, memory) : { kind: 'parity', odd: isSpanOdd(job) };
  } catch (error) {
    return { kind: 'broken', error };
  }
}

function isSpanOdd({ source, span }: ParityJob): boolean {
  const file = openSync(source, 'r');
  try {
    let odd = false;
    for (let position = span.start; position < span.end;) {
      const read = readSync(file, memory.bytes, 0, Math.min(READ_BYTES, span.end - position), position);
      if (read === 0) break;
      odd = odd !== memory.hasOddQuotes(read);
      position += read;
    }
    return odd;
  } finally {
    closeSync(file);
  }
}
