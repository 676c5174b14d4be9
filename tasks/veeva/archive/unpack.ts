import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

import { extract } from 'tar-stream';
import { z } from 'zod';

import { DataFailure, Failure, type ObjectStore } from '#framework';

import { Arrival } from './arrival.ts';
import { gulps } from './gulps.ts';
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
  /** Most bytes that may come out of gzip. */
  readonly limit: number;
  readonly signal: AbortSignal;
  /** Called when a member begins: its bytes are still to come, those before it are there. */
  readonly begun?: (member: Spooled, arrival: Arrival, before: readonly Spooled[]) => void;
}

/**
 * Each piece passes several streams and threads: with the 16 KB that gunzip makes by itself, they cost three times what it does. From 128 KB
 * on malloc fetches each piece from the system and gives it back, which costs a fifth more.
 */
const PIECE_BYTES = 120 * 1024;
/** Compressed bytes that gunzip takes together, as a store may give them in sips. */
const GULP_BYTES = 128 * 1024;
/** Far above the extracts of any Vault, and what a file system takes in one folder without trouble. */
const MOST_MEMBERS = 100_000;

/**
 * Streams the parts one after the other through gunzip and tar into local files. They are spooled, because the
 * metadata that gives the types may stand anywhere in the archive.
 * @throws DataFailure `E_ARCHIVE_UNREADABLE`, `E_ARCHIVE_MEMBER_REFUSED`, `E_ARCHIVE_MEMBER_TWICE`, `E_ARCHIVE_TOO_LARGE`
 */
export async function unpack(request: UnpackRequest): Promise<Unpacked> {
  const { keys, store, signal } = request;
  const hash = createHash('sha256');
  let bytes = 0;
  const tar = extract();
  const members: Spooled[] = [];
  const gunzip = createGunzip({ chunkSize: PIECE_BYTES });
  // A write of so many bytes fills gunzip: the pipeline asks for the next ones when it is through with these, whose memory is then used again.
  const memory = Buffer.allocUnsafeSlow(Math.max(GULP_BYTES, gunzip.writableHighWaterMark));
  async function* measured(): AsyncGenerator<Buffer> {
    for await (const gulp of gulps(concatenated(keys, store, signal), memory)) {
      hash.update(gulp);
      bytes += gulp.length;
      yield gulp;
    }
  }
  // Each side ends the other: a refused member destroys the tar stream, a damaged stream ends the loop over members.
  const ends = await Promise.allSettled([
    spoolMembers(tar, request, members),
    pipeline(measured, gunzip, openLimit(request), tar, { signal }),
  ]);
  const errors: unknown[] = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
  if (errors.length > 0) {
    signal.throwIfAborted();
    throw unreadable(request.archive, errors.find(isCause) ?? errors.at(-1));
  }
  return { members, bytes, sha256: hash.digest('hex') };
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
    requireFew(seen.size, request.archive);
    requireSize(entry.header.size, member.path, request.archive);
    const bytes = entry.header.size ?? 0;
    const spooled = { member: member.path, path: join(request.directory, `${members.length}.csv`), bytes };
    await spool(entry, spooled, { ...request, members });
    members.push(spooled);
  }
}

/** The streams of tar-stream do not say what they give. */
const Piece = z.instanceof(Buffer);

interface Spooling extends UnpackRequest {
  readonly members: readonly Spooled[];
}

async function spool(
  pieces: AsyncIterable<unknown>,
  spooled: Spooled,
  { signal, begun, members }: Spooling,
): Promise<void> {
  await using file = await open(spooled.path, 'wx');
  const arrival = new Arrival(spooled.bytes);
  begun?.(spooled, arrival, members);
  try {
    for await (const given of pieces) {
      signal.throwIfAborted();
      const piece = Piece.parse(given);
      for (let done = 0; done < piece.length;) done += (await file.write(piece, done)).bytesWritten;
      arrival.add(piece.length);
      release(piece);
    }
  } finally {
    arrival.end(new Error(`The archive ended inside "${spooled.member}".`));
  }
}

/**
 * Gives back the memory of a piece that ends where its memory ends: gunzip has filled it then, and all of it has been read. Without
 * this V8 collects its whole heap for every few megabytes, which costs as much as to unpack them.
 */
function release({ buffer, byteOffset, length }: Buffer): void {
  if (buffer.byteLength === PIECE_BYTES && byteOffset + length === PIECE_BYTES && buffer instanceof ArrayBuffer)
    buffer.transfer(0);
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

function requireFew(members: number, archive: string): void {
  if (members <= MOST_MEMBERS) return;
  throw new DataFailure(
    'E_ARCHIVE_TOO_LARGE',
    `The archive ${archive} holds more than ${MOST_MEMBERS} files. Nothing of it was loaded; a genuine Direct Data file has two for each extract at most: find out where this one comes from.`,
    { details: { archive, mostMembers: MOST_MEMBERS } },
  );
}

/** A size that is no number makes tar-stream wait for the end of the member for ever. */
function requireSize(size: unknown, member: string, archive: string): void {
  if (Number.isSafeInteger(size)) return;
  throw new DataFailure(
    'E_ARCHIVE_UNREADABLE',
    `The archive ${archive} cannot be read as tar inside gzip (the size of the member "${member}" is no number), although its parts had the listed sizes. Ask Veeva to publish the file again.`,
    { details: { archive, member } },
  );
}

/** Ends an archive that unpacks to more than there may be, before it fills the disk. */
function openLimit({ archive, limit }: UnpackRequest): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes <= limit) done(null, chunk);
      else done(tooLarge(archive, limit));
    },
  });
}

function tooLarge(archive: string, limit: number): DataFailure {
  return new DataFailure(
    'E_ARCHIVE_TOO_LARGE',
    `The archive ${archive} unpacks to more than ${limit} bytes, so it was given up and nothing of it was loaded. ` +
      `If the file is genuine, raise UNPACKED_LIMIT_GB and see that TRANSFER_DIRECTORY has the room.`,
    { details: { archive, limit } },
  );
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
