const MIB = 1024 * 1024;
const SMALLEST = 8 * MIB;
const LARGEST = 512 * MIB;
/** Parts of one size before the size doubles: S3's 10,000 parts then hold 2.4 TiB, far above any export of a Vault. */
const PARTS_PER_SIZE = 1000;

/**
 * Bytes of part `number`, counted from 1. A stream's length is not known when its first part is sent, so parts grow as it
 * goes on: 8 MiB for the first 8 GiB, then 16 MiB, and so on up to 512 MiB.
 */
export function partBytes(number: number): number {
  return Math.min(SMALLEST * 2 ** Math.floor((number - 1) / PARTS_PER_SIZE), LARGEST);
}

/** Cuts a stream into buffers of `sizeOf(1)`, `sizeOf(2)`, … bytes; the last may be shorter, and an empty stream gives one. */
export async function* cut(stream: AsyncIterable<unknown>, sizeOf: (number: number) => number): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let bytes = 0;
  let number = 1;
  for await (const chunk of stream) {
    let rest = bufferOf(chunk);
    while (bytes + rest.length >= sizeOf(number)) {
      const fits = sizeOf(number) - bytes;
      yield Buffer.concat([...held, rest.subarray(0, fits)]);
      rest = rest.subarray(fits);
      [held, bytes, number] = [[], 0, number + 1];
    }
    held.push(rest);
    bytes += rest.length;
  }
  if (bytes > 0 || number === 1) yield Buffer.concat(held);
}

function bufferOf(chunk: unknown): Buffer {
  if (Buffer.isBuffer(chunk)) return chunk;
  if (chunk instanceof Uint8Array) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  return Buffer.from(String(chunk));
}
