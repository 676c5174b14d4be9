import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

import { extract } from 'tar-stream';

import { DataFailure, Failure, type ObjectStore } from '#framework';

import { memberPath } from './member-path.ts';

/** A member of the archive, spooled to a local file whose name Windrow chose. */
export interface Spooled {
  /** The member's path inside the archive. */
  readonly member: string;
  /** Where its bytes lie. */
  readonly path: string;
  readonly bytes: number;
}

export interface Unpacked {
  readonly members: readonly Spooled[];
  /** Bytes and checksum of all parts together: of the whole archive. */
  readonly bytes: number;
  readonly sha256: string;
}

export interface UnpackRequest {
  /** The file's name, for messages. */
  readonly archive: string;
  /** Keys of the parts in order. */
  readonly keys: readonly string[];
  readonly store: ObjectStore;
  /** An empty local folder. */
  readonly directory: string;
  readonly signal: AbortSignal;
}

/**
 * Streams the parts one after the other through gunzip and tar into local files. They are spooled, because the
 * metadata that gives the types may stand anywhere in the archive.
 * @throws DataFailure `E_ARCHIVE_UNREADABLE`, `E_ARCHIVE_MEMBER_REFUSED`, `E_ARCHIVE_MEMBER_TWICE`
 */
export async function unpack(request: UnpackRequest): Promise<Unpacked> {
  const { keys, store, signal } = request;
  const meter = openMeter();
  const tar = extract();
  const members: Spooled[] = [];
  const bytes = Readable.from(concatenated(keys, store, signal));
  // Each side ends the other: a refused member destroys the tar stream, a damaged stream ends the loop over members.
  const ends = await Promise.allSettled([
    spoolMembers(tar, request, members),
    pipeline(bytes, meter.stream, createGunzip(), tar, { signal }),
  ]);
  const errors: unknown[] = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
  if (errors.length > 0) {
    signal.throwIfAborted();
    throw unreadable(request.archive, errors.find(isCause) ?? errors.at(-1));
  }
  return { members, ...meter.result() };
}

async function* concatenated(keys: readonly string[], store: ObjectStore, signal: AbortSignal): AsyncGenerator<Buffer> {
  for (const key of keys) {
    yield* (await store.open(key, { signal })) as AsyncIterable<Buffer>;
  }
}

async function spoolMembers(
  tar: ReturnType<typeof extract>,
  request: UnpackRequest,
  members: Spooled[],
): Promise<void> {
  const seen = new Set<string>();
  for await (const entry of tar) {
    const member = memberPath(entry.header, request.archive);
    if (member.kind === 'folder') {
      entry.resume();
      continue;
    }
    requireNew(member.path, seen, request.archive);
    const path = join(request.directory, `${members.length}.csv`);
    await pipeline(entry, createWriteStream(path), { signal: request.signal });
    members.push({ member: member.path, path, bytes: entry.header.size ?? 0 });
  }
}

/** Two members whose names differ in case only would be one file to half of the tools that read them. */
function requireNew(path: string, seen: Set<string>, archive: string): void {
  const name = path.toLowerCase();
  if (!seen.has(name)) {
    seen.add(name);
    return;
  }
  throw new DataFailure(
    'E_ARCHIVE_MEMBER_TWICE',
    `The archive ${archive} holds the member "${path}" twice. Which one is meant cannot be told, so nothing of the archive was loaded. Ask Veeva to publish the file again.`,
    { details: { archive, member: path } },
  );
}

function openMeter(): {
  readonly stream: Transform;
  readonly result: () => { readonly bytes: number; readonly sha256: string };
} {
  const hash = createHash('sha256');
  let bytes = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      hash.update(chunk);
      done(null, chunk);
    },
  });
  return { stream, result: () => ({ bytes, sha256: hash.digest('hex') }) };
}

/** A failure of ours or of the operating system (disk full); what the other end of the stream then says only follows. */
function isCause(error: unknown): boolean {
  return error instanceof Failure || (error instanceof Error && 'syscall' in error);
}

/** gunzip and tar report damage as plain errors. */
function unreadable(archive: string, error: unknown): unknown {
  if (isCause(error) || !(error instanceof Error)) return error;
  return new DataFailure(
    'E_ARCHIVE_UNREADABLE',
    `The archive ${archive} cannot be read as tar inside gzip (${error.message}), although its parts had the listed sizes. Ask Veeva to publish the file again.`,
    { cause: error, details: { archive } },
  );
}
