import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { extract } from 'tar-stream';

import { inflated } from './inflate.ts';
import { memberPath } from './member-path.ts';
import { RefusedArchive } from './refused-archive.ts';

/** A member of the archive, spooled to a local file whose name Windrow chose. */
export interface Spooled {
  /** The member's path inside the archive. */
  readonly member: string;
  /** Where its bytes lie. */
  readonly path: string;
  readonly bytes: number;
}

export interface SpoolRequest {
  /** The file's name, for messages. */
  readonly archive: string;
  /** An empty local folder. */
  readonly directory: string;
  /** Most bytes that may come out of gzip. */
  readonly limit: number;
}

/** Hears of the members while they are written, one behind the other. */
export interface SpoolListener {
  /** The bytes of this member come next; those of the members before it are there. */
  readonly begun: (member: Spooled) => void;
  /** So many further bytes of the member lie in its file. */
  readonly arrived: (bytes: number) => void;
}

/** Far above the extracts of any Vault, and what a file system takes in one folder without trouble. */
const MOST_MEMBERS = 100_000;

/**
 * Unpacks an archive through gunzip and tar into local files. They are spooled, because the metadata that gives the types may stand anywhere
 * in the archive.
 * @throws RefusedArchive
 */
export async function spoolArchive(
  gulps: AsyncIterable<Uint8Array>,
  request: SpoolRequest,
  { listener, signal }: { readonly listener: SpoolListener; readonly signal?: AbortSignal },
): Promise<readonly Spooled[]> {
  const tar = extract();
  const members: Spooled[] = [];
  // Each side ends the other: a refused member destroys the tar stream, a damaged stream ends the loop over members.
  const ends = await Promise.allSettled([
    spoolMembers(tar, members, { ...request, listener }),
    // As a stream: a generator that a pipeline writes by itself counts as ended before tar-stream has taken its last piece.
    pipeline(Readable.from(within(inflated(gulps), request)), tar, signal === undefined ? {} : { signal }),
  ]);
  const errors: unknown[] = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
  if (errors.length > 0) throw unreadable(request.archive, errors.find(isCause) ?? errors.at(-1));
  return members;
}

/** Ends an archive that unpacks to more than there may be, before it fills the disk. */
async function* within(pieces: AsyncIterable<Buffer>, { archive, limit }: SpoolRequest): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.length;
    if (bytes > limit) throw tooLarge(archive, limit);
    yield piece;
  }
}

interface Spooling extends SpoolRequest {
  readonly listener: SpoolListener;
}

async function spoolMembers(
  tar: ReturnType<typeof extract>,
  members: Spooled[],
  { archive, directory, listener }: Spooling,
): Promise<void> {
  const seen = new Set<string>();
  for await (const entry of tar) {
    const member = memberPath(entry.header, archive);
    if (member.kind === 'folder') {
      entry.resume();
      continue;
    }
    requireNew(member.path, seen, archive);
    requireFew(seen.size, archive);
    requireSize(entry.header.size, member.path, archive);
    const bytes = entry.header.size ?? 0;
    const spooled = { member: member.path, path: join(directory, `${members.length}.csv`), bytes };
    await spool(entry, spooled, listener);
    members.push(spooled);
  }
}

async function spool(pieces: AsyncIterable<unknown>, spooled: Spooled, listener: SpoolListener): Promise<void> {
  const file = openSync(spooled.path, 'wx');
  try {
    listener.begun(spooled);
    for await (const piece of pieces) {
      if (!Buffer.isBuffer(piece)) throw new TypeError('tar-stream gave something other than bytes.');
      for (let done = 0; done < piece.length;) done += writeSync(file, piece, done);
      listener.arrived(piece.length);
      release(piece);
    }
  } finally {
    closeSync(file);
  }
}

/**
 * Gives back the memory of a piece that ends where its memory ends: all of it has been read then, and gunzip no longer writes to it. Without
 * this V8 collects its whole heap for every few megabytes. Small pieces may share memory with others.
 */
function release({ buffer, byteOffset, length }: Buffer): void {
  const isLast = byteOffset + length === buffer.byteLength;
  if (isLast && buffer.byteLength > Buffer.poolSize && buffer instanceof ArrayBuffer) buffer.transfer(0);
}

/** Two members whose names differ in case only would be one file to half of the tools that read them. */
function requireNew(path: string, seen: Set<string>, archive: string): void {
  const name = path.toLowerCase();
  if (!seen.has(name)) {
    seen.add(name);
    return;
  }
  throw new RefusedArchive({
    code: 'E_ARCHIVE_MEMBER_TWICE',
    message: `The archive ${archive} holds the member "${path}" twice. Which one is meant cannot be told, so nothing of the archive was loaded. Ask Veeva to publish the file again.`,
    details: { archive, member: path },
  });
}

function requireFew(members: number, archive: string): void {
  if (members <= MOST_MEMBERS) return;
  throw new RefusedArchive({
    code: 'E_ARCHIVE_TOO_LARGE',
    message: `The archive ${archive} holds more than ${MOST_MEMBERS} files. Nothing of it was loaded; a genuine Direct Data file has two for each extract at most: find out where this one comes from.`,
    details: { archive, mostMembers: MOST_MEMBERS },
  });
}

/** A size that is no number makes tar-stream wait for the end of the member for ever. */
function requireSize(size: unknown, member: string, archive: string): void {
  if (Number.isSafeInteger(size)) return;
  throw new RefusedArchive({
    code: 'E_ARCHIVE_UNREADABLE',
    message: `The archive ${archive} cannot be read as tar inside gzip (the size of the member "${member}" is no number), although its parts had the listed sizes. Ask Veeva to publish the file again.`,
    details: { archive, member },
  });
}

function tooLarge(archive: string, limit: number): RefusedArchive {
  return new RefusedArchive({
    code: 'E_ARCHIVE_TOO_LARGE',
    message:
      `The archive ${archive} unpacks to more than ${limit} bytes, so it was given up and nothing of it was loaded. ` +
      `If the file is genuine, raise UNPACKED_LIMIT_GB and see that TRANSFER_DIRECTORY has the room.`,
    details: { archive, limit },
  });
}

/** A refusal of ours or a failure of the operating system (disk full); what the other end of the stream then says only follows. */
function isCause(error: unknown): boolean {
  return error instanceof RefusedArchive || (error instanceof Error && 'syscall' in error);
}

/** gunzip and tar report damage as plain errors. */
function unreadable(archive: string, error: unknown): unknown {
  if (isCause(error) || !(error instanceof Error)) return error;
  return new RefusedArchive(
    {
      code: 'E_ARCHIVE_UNREADABLE',
      message: `The archive ${archive} cannot be read as tar inside gzip (${error.message}), although its parts had the listed sizes. Ask Veeva to publish the file again.`,
      details: { archive },
    },
    error,
  );
}
