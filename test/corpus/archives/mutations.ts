import { gzipSync } from 'node:zlib';

import type { Random } from '../../../sandbox/vault/model/random.ts';
import type { BaseArchive } from './base-archives.ts';
import { CSV_MUTATIONS, mutateMember } from './csv-mutations.ts';
import { GZIP_MUTATIONS } from './gzip-mutations.ts';
import { TAR_MUTATIONS } from './tar-mutations.ts';

/** One file with something wrong, in parts as it would lie in the object store. */
export interface MutatedArchive {
  readonly what: string;
  readonly parts: readonly Buffer[];
}

type Mutate = (archive: BaseArchive, random: Random) => Buffer;

const FAST = { level: 1 };

const MUTATIONS: readonly (readonly [what: string, mutate: Mutate])[] = [
  ...Object.entries(GZIP_MUTATIONS).map(
    ([what, change]) => [`gzip: ${what}`, ({ bytes }: BaseArchive, random: Random) => change(bytes, random)] as const,
  ),
  ...Object.entries(TAR_MUTATIONS).map(
    ([what, change]) =>
      [`tar: ${what}`, ({ tar }: BaseArchive, random: Random) => gzipSync(change(tar, random), FAST)] as const,
  ),
  // Most faults that checksums cannot find are in here, so it comes more often.
  ...[1, 2, 3].flatMap(() =>
    Object.entries(CSV_MUTATIONS).map(
      ([what, change]) =>
        [
          `csv: ${what}`,
          ({ tar }: BaseArchive, random: Random) => gzipSync(mutateMember(tar, change, random), FAST),
        ] as const,
    ),
  ),
];

/** The mutation with this number; each kind comes in turn. */
export function mutate(archive: BaseArchive, number: number, random: Random): MutatedArchive {
  const [what, change] = MUTATIONS[number % MUTATIONS.length] ?? MUTATIONS[0] ?? unthinkable();
  const parts = inParts(change(archive, random), random);
  return random.chance(0.03) && parts.length > 1
    ? { what: `${what}, and parts in another order`, parts: parts.toReversed() }
    : { what, parts };
}

function inParts(bytes: Buffer, random: Random): Buffer[] {
  const at = random.below(bytes.length + 1);
  return random.chance(0.1) ? [bytes.subarray(0, at), bytes.subarray(at)] : [bytes];
}

function unthinkable(): never {
  throw new Error('There are no mutations.');
}
