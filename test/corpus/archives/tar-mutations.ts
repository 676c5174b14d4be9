import type { Random } from '../../../sandbox/vault/model/random.ts';
import { flip, noise, stretch } from './gzip-mutations.ts';
import { type TarMember, nameOf, readTar, withBody, withField, withName, writeTar } from './tar-bytes.ts';

type Change = (tar: Buffer, random: Random) => Buffer;
type MemberChange = (members: readonly TarMember[], random: Random) => readonly TarMember[];

const BLOCK = 512;
const NAMES = [
  '../evil.csv',
  '/etc/passwd',
  'C:/x.csv',
  'Object\\x.csv',
  '',
  '.',
  './',
  'Object/',
  'a\u0001b',
  'é漢.csv',
];
const LONG_TYPES = ['x', 'g', 'L', 'K'];

/** What can be wrong with the tar inside a sound gzip. */
export const TAR_MUTATIONS: Readonly<Record<string, Change>> = {
  'bits of the tar flip': (tar, random) => flip(tar, random, 0),
  'the tar ends early': (tar, random) => tar.subarray(0, random.below(tar.length)),
  'the tar ends early at a block': (tar, random) => tar.subarray(0, random.below(tar.length / BLOCK) * BLOCK),
  'the tar has no end': (tar) => writeTar(readTar(tar) ?? []).subarray(0, -2 * BLOCK),
  'a block is zero': (tar, random) => {
    const at = random.below(tar.length / BLOCK) * BLOCK;
    return Buffer.from(tar).fill(0, at, at + BLOCK);
  },
  'a block is missing': (tar, random) => {
    const at = random.below(tar.length / BLOCK) * BLOCK;
    return Buffer.concat([tar.subarray(0, at), tar.subarray(at + BLOCK)]);
  },
  'bytes of the tar are missing': (tar, random) => {
    const [from, to] = stretch(tar, random);
    return Buffer.concat([tar.subarray(0, from), tar.subarray(to)]);
  },
  'two tars follow each other': (tar) => Buffer.concat([tar, tar]),
  'noise follows the tar': (tar, random) => Buffer.concat([tar, noise(1 + random.below(1500), random)]),
  'a member is missing': ofMembers((members, random) => members.toSpliced(random.below(members.length), 1)),
  'a member comes twice': ofMembers((members, random) => [...members, random.pick(members)]),
  'members are in another order': ofMembers((members, random) => members.toSorted(() => random.below(3) - 1)),
  'two members have swapped their names': ofMembers((members, random) => {
    const [a, b] = [random.pick(members), random.pick(members)];
    return members.map((member) =>
      member === a ? withName(a, nameOf(b)) : member === b ? withName(b, nameOf(a)) : member,
    );
  }),
  'a member has another name': edited((member, random) => withName(member, random.pick(NAMES))),
  'a member has another type': edited((member, random) => withField(member, 156, Buffer.from([random.below(256)]))),
  'a member has another size': edited((member, random) =>
    withField(
      member,
      124,
      `${random
        .below(2 ** 20)
        .toString(8)
        .padStart(11, '0')}\0`,
    ),
  ),
  'a member has a size in 256s': edited((member, random) =>
    withField(member, 124, Buffer.concat([Buffer.from([random.pick([0x80, 0xff])]), noise(11, random)])),
  ),
  'a header has other bytes and a checksum that fits': edited((member, random) =>
    withField(member, random.below(500), noise(1 + random.below(12), random)),
  ),
  'a long name goes before a member': ofMembers((members, random) => {
    const at = random.below(members.length);
    return members.toSpliced(at, 0, longHeader(random));
  }),
};

function ofMembers(change: MemberChange): Change {
  return (tar, random) => writeTar(change(readTar(tar) ?? [], random));
}

function edited(change: (member: TarMember, random: Random) => TarMember): Change {
  return ofMembers((members, random) => {
    const at = random.below(members.length);
    return members.map((member, index) => (index === at ? change(member, random) : member));
  });
}

/** A pax or GNU header that renames or resizes what follows, or is damaged. */
function longHeader(random: Random): TarMember {
  const name = random.pick([...NAMES, 'Object/'.padEnd(5000, 'x')]);
  const texts = [`path=${name}`, `size=${random.pick(['-1', '99999999999999999999', 'NaN', '12'])}`, 'nothing'];
  const field = random.pick(texts);
  const record = ` ${field}\n`;
  const pax = `${record.length + String(record.length + 3).length}${record}`;
  const body = random.pick([Buffer.from(pax), Buffer.from(`${name}\0`), noise(30, random)]);
  const empty = { header: Buffer.alloc(BLOCK), body };
  const named = withField(withName(empty, '././@LongLink'), 257, 'ustar\u000000');
  return withField(withBody(named, body), 156, random.pick(LONG_TYPES));
}
