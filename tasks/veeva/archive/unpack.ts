import { createHash } from 'node:crypto';

import { DataFailure, type ObjectStore } from '#framework';

import { Arrival } from './arrival.ts';
import { gulps } from './gulps.ts';
import { RefusedArchive } from './refused-archive.ts';
import { GULPS_AT_ONCE, spoolInThread } from './spool-in-thread.ts';
import { type SpoolListener, type SpoolRequest, type Spooled, spoolArchive } from './spool.ts';

export interface Unpacked {
  readonly members: readonly Spooled[];
  /** Bytes and checksum of all parts together: of the whole archive. */
  readonly bytes: number;
  readonly sha256: string;
}

export interface UnpackRequest extends SpoolRequest {
  /** Keys of the parts in order. */
  readonly keys: readonly string[];
  readonly store: ObjectStore;
  /** Whether the archive is large enough to be worth a thread. */
  readonly inThread: boolean;
  readonly signal: AbortSignal;
  /** Called when a member begins: its bytes are still to come, those before it are there. */
  readonly begun?: (member: Spooled, arrival: Arrival, before: readonly Spooled[]) => void;
}

/** Compressed bytes that gunzip takes together, as a store may give them in sips. */
const GULP_BYTES = 128 * 1024;

/**
 * Streams the parts one after the other through gunzip and tar into local files.
 * @throws DataFailure `E_ARCHIVE_UNREADABLE`, `E_ARCHIVE_MEMBER_REFUSED`, `E_ARCHIVE_MEMBER_TWICE`, `E_ARCHIVE_TOO_LARGE`
 * @throws RemoteFailure `E_UNPACK_THREAD_LOST`
 */
export async function unpack(request: UnpackRequest): Promise<Unpacked> {
  const { archive, directory, limit, signal } = request;
  const reading = new AbortController();
  const stored = new StoredArchive({ ...request, signal: AbortSignal.any([signal, reading.signal]) });
  const listener = new Arrivals(request);
  try {
    const spool = request.inThread ? spoolInThread : spoolArchive;
    const members = await spool(stored.gulps(), { archive, directory, limit }, { listener, signal });
    return { members, ...stored.facts() };
  } catch (error) {
    signal.throwIfAborted();
    // A store that gives nothing more would keep its connection.
    reading.abort();
    throw failureOf(stored.failure ?? error);
  } finally {
    listener.end();
  }
}

/** The bytes of all parts, counted and summed up on their way. */
class StoredArchive {
  /** What the store failed with; what becomes of the archive then only follows. */
  failure: unknown;
  readonly #request: UnpackRequest;
  readonly #hash = createHash('sha256');
  #bytes = 0;

  constructor(request: UnpackRequest) {
    this.#request = request;
  }

  async *gulps(): AsyncGenerator<Uint8Array> {
    // Threads share it, and it is filled again and again: memory that is fetched for every piece costs as much as to unpack them.
    const memories = Array.from({ length: GULPS_AT_ONCE }, () => Buffer.from(new SharedArrayBuffer(GULP_BYTES)));
    for await (const gulp of gulps(this.#sips(), memories)) {
      this.#hash.update(gulp);
      this.#bytes += gulp.length;
      yield gulp;
    }
  }

  facts(): Omit<Unpacked, 'members'> {
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }

  async *#sips(): AsyncGenerator<Buffer> {
    const { keys, store, signal } = this.#request;
    try {
      for (const key of keys) yield* (await store.open(key, { signal })) as AsyncIterable<Buffer>;
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }
}

/** Tells of every member when it begins, and of its bytes when they are there. */
class Arrivals implements SpoolListener {
  readonly #begun: UnpackRequest['begun'];
  readonly #before: Spooled[] = [];
  #current: { readonly member: Spooled; readonly arrival: Arrival } | undefined;

  constructor({ begun }: UnpackRequest) {
    this.#begun = begun;
  }

  begun(member: Spooled): void {
    this.end();
    const arrival = new Arrival(member.bytes);
    this.#current = { member, arrival };
    this.#begun?.(member, arrival, this.#before);
    this.#before.push(member);
  }

  arrived(bytes: number): void {
    this.#current?.arrival.add(bytes);
  }

  /** Of the member in hand no more bytes come. */
  end(): void {
    const member = this.#current?.member.member;
    this.#current?.arrival.end(new Error(`The archive ended inside "${member}".`));
  }
}

function failureOf(error: unknown): unknown {
  if (!(error instanceof RefusedArchive)) return error;
  const { code, message, details, cause } = error;
  return new DataFailure(code, message, { cause, details });
}
