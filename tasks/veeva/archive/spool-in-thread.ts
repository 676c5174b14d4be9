import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Worker } from 'node:worker_threads';

import { RemoteFailure } from '#framework';

import { RefusedArchive } from './refused-archive.ts';
import type { SpoolListener, SpoolRequest, Spooled } from './spool.ts';
import type { Given, Told } from './unpack-thread.ts';

/** As `spoolArchive`, in a thread of its own, so that nothing else in the process waits for gunzip, and gunzip for nothing else. */
export async function spoolInThread(
  gulps: AsyncIterable<Uint8Array>,
  request: SpoolRequest,
  { listener, signal }: { readonly listener: SpoolListener; readonly signal: AbortSignal },
): Promise<readonly Spooled[]> {
  const thread = new UnpackThread(request, listener);
  try {
    // By itself a pipeline sees that its end is gone only when it has the next bytes for it.
    await Promise.race([pipeline(gulps, thread, { signal }), thread.lost]);
    return thread.members;
  } finally {
    await thread.terminate();
  }
}

/** Gulps under way to the thread: one that it unpacks, and the next one. */
export const GULPS_AT_ONCE = 2;

type Done = (error?: Error | null) => void;

/** Takes the gulps; it is finished when the last member is written. The thread lives until it is terminated. */
class UnpackThread extends Writable {
  members: readonly Spooled[] = [];
  /** Rejects when the thread gives up or is gone. */
  readonly lost = new Promise<never>((_resolve, reject) => void this.once('error', reject));
  readonly #worker = new Worker(new URL('./unpack-thread.ts', import.meta.url));
  readonly #listener: SpoolListener;
  #underWay = 0;
  #next: Done | undefined;
  #finish: Done | undefined;

  constructor(request: SpoolRequest, listener: SpoolListener) {
    // One at a time: the stream asks for the next gulp when memory for it is free.
    super({ objectMode: true, highWaterMark: 1 });
    this.#listener = listener;
    this.#worker.on('message', (told: Told) => this.#hear(told));
    this.#worker.on('error', (error) => this.destroy(lost(error)));
    this.#worker.on('exit', () => this.destroy(lost()));
    this.#give({ kind: 'open', request });
  }

  override _write(bytes: Uint8Array, _encoding: BufferEncoding, next: Done): void {
    this.#give({ kind: 'gulp', bytes });
    this.#underWay += 1;
    if (this.#underWay < GULPS_AT_ONCE) next();
    else this.#next = next;
  }

  override _final(finish: Done): void {
    this.#finish = finish;
    this.#give({ kind: 'end' });
  }

  /** Nothing is written any more when this resolves. */
  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #give(given: Given): void {
    this.#worker.postMessage(given, []);
  }

  #hear(told: Told): void {
    if (told.kind === 'begun') this.#listener.begun(told.member);
    else if (told.kind === 'arrived') this.#listener.arrived(told.bytes);
    else if (told.kind === 'taken') this.#taken();
    else if (told.kind === 'spooled') this.#spooled(told.members);
    else if (told.kind === 'refused') this.destroy(new RefusedArchive(told));
    else this.destroy(asItWas(told));
  }

  #taken(): void {
    const next = this.#next;
    this.#next = undefined;
    this.#underWay -= 1;
    next?.();
  }

  #spooled(members: readonly Spooled[]): void {
    this.members = members;
    this.#finish?.();
  }
}

function asItWas({ error, system }: Extract<Told, { kind: 'broken' }>): Error {
  return error instanceof Error ? Object.assign(error, system) : new Error(String(error));
}

function lost(cause?: unknown): RemoteFailure {
  return new RemoteFailure(
    'E_UNPACK_THREAD_LOST',
    'The thread that unpacks the archive ended before its work was done. The next try unpacks it anew; if this repeats, give the process more memory.',
    { cause },
  );
}
