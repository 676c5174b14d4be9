import { Gunzip, constants } from 'minizlib';

/** From 128 KB on malloc fetches each piece from the system and gives it back, which costs a fifth more. */
const PIECE_BYTES = 120 * 1024;
/** minizlib hands all of them on to node:zlib; its types leave out this one. */
const OPTIONS = { chunkSize: PIECE_BYTES, flush: constants.Z_NO_FLUSH };
/** Compressed bytes that are unpacked at once: a bomb makes a thousand times as many of them, all in memory. */
const BITE_BYTES = 32 * 1024;

/**
 * What gzip holds, piece by piece, unpacked in this thread: the streams of node:zlib give each piece to another thread and wait for it, behind all
 * the work that keeps the processors busy. 900 MB beside a conversion: 4.3 s instead of 5.0.
 */
export async function* inflated(gulps: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const gunzip = new Gunzip(OPTIONS);
  const made: Buffer[] = [];
  const failed: unknown[] = [];
  gunzip.on('data', (piece) => made.push(piece));
  gunzip.on('error', (error) => failed.push(error));
  function pieces(): Buffer[] {
    if (failed.length > 0) throw plain(failed[0]);
    return made.splice(0);
  }
  try {
    for await (const gulp of gulps) {
      for (let from = 0; from < gulp.length; from += BITE_BYTES) {
        gunzip.write(Buffer.from(gulp.buffer, gulp.byteOffset + from, Math.min(BITE_BYTES, gulp.length - from)));
        yield* pieces();
      }
    }
    gunzip.end();
    yield* pieces();
  } finally {
    gunzip.close();
  }
}

/** What zlib itself said. */
function plain(error: unknown): unknown {
  return error instanceof Error ? (error.cause ?? error) : error;
}
