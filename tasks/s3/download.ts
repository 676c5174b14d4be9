import { Readable } from 'node:stream';

import { RemoteFailure } from '#framework';

import { type BucketApi, type Download, sortedError } from './client.ts';

/** Breaks in a row, without a byte between them, after which a download is given up. */
const MOST_BREAKS = 4;
const READ_BYTES = 256 * 1024;

/** Opens an object. A connection that breaks is taken up again at the byte where it broke, if the object is still the same. */
export async function openDownload(api: BucketApi, key: string, signal?: AbortSignal): Promise<Readable> {
  const first = await api.get(key, { offset: 0 }, signal);
  return Readable.from(resumed(api, { key, first, signal }), { objectMode: false, highWaterMark: READ_BYTES });
}

interface Opened {
  readonly key: string;
  readonly first: Download;
  readonly signal: AbortSignal | undefined;
}

async function* resumed(api: BucketApi, { key, first, signal }: Opened): AsyncGenerator<Buffer> {
  let offset = 0;
  let breaks = 0;
  for (let download = first; ; download = await api.get(key, { offset, etag: first.etag }, signal)) {
    try {
      for await (const chunk of download.body) {
        if (!Buffer.isBuffer(chunk)) continue;
        offset += chunk.length;
        breaks = 0;
        yield chunk;
      }
      if (offset >= first.bytes) return;
      throw new RemoteFailure('E_S3_SHORT', `Reading ${key} ended after ${offset} of ${first.bytes} bytes.`);
    } catch (error) {
      signal?.throwIfAborted();
      breaks += 1;
      // All bytes came and yet the body failed: its checksum is wrong, and reading on cannot help.
      if (offset >= first.bytes || breaks > MOST_BREAKS) throw sortedError(error, `read ${key}`);
    }
  }
}
