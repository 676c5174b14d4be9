import type { Readable } from 'node:stream';

import { S3Error } from './errors.ts';

/**
 * Takes the `aws-chunked` framing off a body: `<hex length>[;extension]\r\n<bytes>\r\n … 0\r\n<trailers>\r\n\r\n`.
 * Trailers are put into `trailers` as they are met, names in lower case. Chunk signatures are not verified.
 */
export async function* unframed(body: Readable, trailers: Map<string, string>): AsyncGenerator<Buffer> {
  const frames = new FrameReader(body);
  for (;;) {
    const line = await frames.line();
    const [size = ''] = line.split(';');
    if (!/^[0-9a-fA-F]{1,8}$/.test(size))
      throw incomplete(`a chunk begins with "${line.slice(0, 40)}"; expected a length in hex`);
    const bytes = Number.parseInt(size, 16);
    if (bytes === 0) break;
    yield* frames.take(bytes);
    if ((await frames.line()) !== '') throw incomplete('a chunk is longer than it says');
  }
  for (let line = await frames.line(); line !== ''; line = await frames.line()) {
    const colon = line.indexOf(':');
    trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
}

const LONGEST_LINE = 8192;

class FrameReader {
  readonly #source: AsyncIterator<unknown>;
  #held: Buffer = Buffer.alloc(0);

  constructor(body: Readable) {
    this.#source = body[Symbol.asyncIterator]();
  }

  /** Text up to the next CRLF. */
  async line(): Promise<string> {
    for (;;) {
      const end = this.#held.indexOf('\r\n');
      if (end >= 0) {
        const text = this.#held.toString('latin1', 0, end);
        this.#held = this.#held.subarray(end + 2);
        return text;
      }
      if (this.#held.length > LONGEST_LINE) throw incomplete('a framing line has no end');
      this.#held = Buffer.concat([this.#held, await this.#more()]);
    }
  }

  async *take(bytes: number): AsyncGenerator<Buffer> {
    for (let left = bytes; left > 0;) {
      if (this.#held.length === 0) this.#held = await this.#more();
      const piece = this.#held.subarray(0, left);
      this.#held = this.#held.subarray(piece.length);
      left -= piece.length;
      if (piece.length > 0) yield piece;
    }
  }

  async #more(): Promise<Buffer> {
    const next = await this.#source.next();
    if (next.done === true || !Buffer.isBuffer(next.value)) throw incomplete('it ended in the middle of a chunk');
    return next.value;
  }
}

function incomplete(why: string): S3Error {
  return new S3Error('IncompleteBody', `The aws-chunked body cannot be read: ${why}.`);
}
