import { gzipSync } from 'node:zlib';

import type { Random } from '../../../sandbox/vault/model/random.ts';

type Change = (bytes: Buffer, random: Random) => Buffer;

/** What can happen to the compressed bytes on their way. */
export const GZIP_MUTATIONS: Readonly<Record<string, Change>> = {
  'bits flip': (bytes, random) => flip(bytes, random, 0),
  'bits of the header flip': (bytes, random) => flip(bytes, random, 10),
  'the end is missing': (bytes, random) => bytes.subarray(0, random.below(bytes.length)),
  'the last bytes are missing': (bytes, random) => bytes.subarray(0, bytes.length - 1 - random.below(20)),
  'a piece is missing': (bytes, random) => {
    const [from, to] = stretch(bytes, random);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  'a piece comes twice': (bytes, random) => {
    const [from, to] = stretch(bytes, random);
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
  },
  'a piece is zero': (bytes, random) => Buffer.from(bytes).fill(0, ...stretch(bytes, random)),
  'two halves are swapped': (bytes, random) => {
    const at = random.below(bytes.length);
    return Buffer.concat([bytes.subarray(at), bytes.subarray(0, at)]);
  },
  'bytes follow': (bytes, random) => Buffer.concat([bytes, noise(1 + random.below(2000), random)]),
  'zeros follow': (bytes, random) => Buffer.concat([bytes, Buffer.alloc(1 + random.below(2000))]),
  'it follows itself': (bytes) => Buffer.concat([bytes, bytes]),
  'another gzip follows': (bytes, random) => Buffer.concat([bytes, gzipSync(noise(random.below(2000), random))]),
  'bytes go before': (bytes, random) => Buffer.concat([noise(1 + random.below(20), random), bytes]),
  'nothing is there': () => Buffer.alloc(0),
  'it is gzip of nothing': () => gzipSync(Buffer.alloc(0)),
  'it is noise': (bytes, random) => noise(bytes.length, random),
  'it is gzip of noise': (bytes, random) => gzipSync(noise(bytes.length, random)),
  'it is gzip twice': (bytes) => gzipSync(bytes),
  'it is a page of a proxy': () => Buffer.from('<!doctype html><title>502 Bad Gateway</title>'),
};

export function flip(bytes: Buffer, random: Random, within: number): Buffer {
  const flipped = Buffer.from(bytes);
  for (let left = 1 + random.below(8); left > 0; left -= 1) {
    const at = random.below(within === 0 ? flipped.length : Math.min(within, flipped.length));
    flipped[at] = (flipped[at] ?? 0) ^ (1 << random.below(8));
  }
  return flipped;
}

export function stretch({ length }: Buffer, random: Random): [number, number] {
  const from = random.below(length);
  return [from, Math.min(length, from + 1 + random.below(Math.max(1, length >> 2)))];
}

export function noise(length: number, random: Random): Buffer {
  return Buffer.from(Array.from({ length }, () => random.below(256)));
}
