import { Bug } from '#framework';

/** A stream of numbers that depends on the path it was made with and on nothing else. */
export interface Random {
  /** A whole number from 0 to `limit` - 1. */
  readonly below: (limit: number) => number;
  readonly chance: (probability: number) => boolean;
  readonly pick: <T>(items: readonly T[]) => T;
}

/** `randomFrom(7, 'window', 12)`: the same path gives the same stream, another path an unrelated one. */
export function randomFrom(...path: readonly (string | number)[]): Random {
  const next = sfc32(seedWords(path.join('/')));
  const below = (limit: number): number => Math.floor((next() / 4_294_967_296) * limit);
  return {
    below,
    chance: (probability) => next() < probability * 4_294_967_296,
    pick: (items) => {
      const item = items[below(items.length)];
      if (item === undefined) throw new Bug('E_SANDBOX_EMPTY_CHOICE', 'Cannot pick from an empty list.');
      return item;
    },
  };
}

/** FNV-1a over the text, continued for four words. */
function seedWords(text: string): [number, number, number, number] {
  let hash = 0x81_1c_9d_c5;
  const word = (salt: number): number => {
    for (let index = 0; index < text.length; index += 1) {
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x01_00_01_93);
    }
    hash = Math.imul(hash ^ salt ^ (hash >>> 15), 0x2c_1b_3c_6d);
    return (hash ^ (hash >>> 13)) >>> 0;
  };
  return [word(1), word(2), word(3), word(4)];
}

/** Chris Doty-Humphrey's small fast counter generator; the first twelve outputs mix the seed. */
function sfc32([first, second, third, fourth]: [number, number, number, number]): () => number {
  let a = first;
  let b = second;
  let c = third;
  let counter = fourth;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 12; round += 1) next();
  return next;
}
