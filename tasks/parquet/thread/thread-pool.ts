import { Worker } from 'node:worker_threads';

import { type Closable, Cancelled, RemoteFailure } from '#framework';

interface Waiting<J, O> {
  readonly job: J;
  readonly resolve: (outcome: O) => void;
  readonly reject: (error: unknown) => void;
}

interface Thread<J, O> {
  readonly worker: Worker;
  work: Waiting<J, O> | undefined;
}

/** Buffers that are dropped after each batch then go sooner; a larger nursery was not faster. */
const LIMITS = { maxYoungGenerationSizeMb: 4 };

/** Threads that run one script and answer each job with one message; started when first needed and then kept. */
export class ThreadPool<J, O> implements Closable {
  readonly #script: URL;
  readonly #atMost: number;
  readonly #threads = new Set<Thread<J, O>>();
  readonly #queue: Waiting<J, O>[] = [];
  #isClosed = false;

  constructor(script: URL, atMost: number) {
    this.#script = script;
    this.#atMost = atMost;
  }

  /** @throws RemoteFailure `E_CONVERT_THREAD_LOST` when the thread ends before it answers */
  run(job: J): Promise<O> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) {
        reject(closed());
        return;
      }
      this.#queue.push({ job, resolve, reject });
      this.#assign();
    });
  }

  /** Ends the threads; work in hand is refused as lost, so the owner waits for it first. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const waiting of this.#queue.splice(0)) waiting.reject(closed());
    await Promise.all([...this.#threads].map((thread) => thread.worker.terminate()));
  }

  #assign(): void {
    while (this.#queue.length > 0) {
      const thread = [...this.#threads].find((candidate) => candidate.work === undefined) ?? this.#start();
      if (thread === undefined) return;
      thread.work = this.#queue.shift();
      thread.worker.postMessage(thread.work?.job, []);
    }
  }

  #start(): Thread<J, O> | undefined {
    if (this.#threads.size >= this.#atMost) return undefined;
    const thread: Thread<J, O> = { worker: new Worker(this.#script, { resourceLimits: LIMITS }), work: undefined };
    let cause: unknown;
    thread.worker.on('message', (outcome: O) => {
      thread.work?.resolve(outcome);
      thread.work = undefined;
      this.#assign();
    });
    thread.worker.on('error', (error) => {
      cause = error;
    });
    thread.worker.on('exit', (code) => this.#lost(thread, code, cause));
    this.#threads.add(thread);
    return thread;
  }

  #lost(thread: Thread<J, O>, code: number, cause: unknown): void {
    this.#threads.delete(thread);
    thread.work?.reject(
      new RemoteFailure(
        'E_CONVERT_THREAD_LOST',
        `A conversion thread ended with code ${code} before its work was done. Another one takes its place at the next try; ` +
          'if this repeats, give the process more memory or fewer conversion threads.',
        { cause },
      ),
    );
    if (!this.#isClosed) this.#assign();
  }
}

export function closed(): Cancelled {
  return new Cancelled('E_CONVERTER_CLOSED', 'The converter is closed. Open another one for further files.');
}
