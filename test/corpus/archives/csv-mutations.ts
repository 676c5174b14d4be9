import type { Random } from '../../../sandbox/vault/model/random.ts';
import { flip, noise, stretch } from './gzip-mutations.ts';
import { type TarMember, nameOf, readTar, withBody, writeTar } from './tar-bytes.ts';

type Change = (text: Buffer, random: Random) => Buffer;
type LineChange = (lines: readonly string[], random: Random) => readonly string[];

const LONGEST_VALUE = 65_535;
const PIECES = [',', '"', '""', '\n', '\r', '\r\n', '\0', '\u00e9', '\u2028', '1e400', '-', ' ', '"a\nb"', '\ufeff'];
const WORDS = ['', 'NA', 'Number', 'Boolean', 'updates', 'deletes', '-1', '1e3', 'id', 'manifest.csv', '0'];

/** What can be wrong with a member of a sound tar: any of them, or one of those that describe the others. */
export const CSV_MUTATIONS: Readonly<Record<string, Change>> = {
  'bits flip': (text, random) => flip(text, random, 0),
  'bytes are put in': (text, random) => insert(text, noise(1 + random.below(4), random), random),
  'a separator is put in': (text, random) => insert(text, Buffer.from(random.pick(PIECES)), random),
  'the end is missing': (text, random) => text.subarray(0, random.below(text.length + 1)),
  'a piece is missing': (text, random) => {
    const [from, to] = stretch(text, random);
    return Buffer.concat([text.subarray(0, from), text.subarray(to)]);
  },
  'it is empty': () => Buffer.alloc(0),
  'it is a line of line feeds': () => Buffer.from('\n\n\n'),
  'it begins with a byte order mark': (text) => Buffer.concat([Buffer.from('\ufeff'), text]),
  'its lines end with CR LF': (text) => Buffer.from(text.toString().replaceAll('\n', '\r\n')),
  'it ends without a line feed': (text) => text.subarray(0, -1),
  'a value is very long': (text, random) =>
    insert(text, Buffer.alloc(LONGEST_VALUE - 20 + random.below(40), random.pick(['a', 'é', '7'])), random),
  'a line is missing': ofLines((lines, random) => lines.toSpliced(random.below(lines.length), 1)),
  'a line comes twice': ofLines((lines, random) => {
    const at = random.below(lines.length);
    return lines.toSpliced(at, 0, lines[at] ?? '');
  }),
  'two lines are swapped': ofLines((lines, random) => {
    const [a, b] = [random.below(lines.length), random.below(lines.length)];
    return lines.with(a, lines[b] ?? '').with(b, lines[a] ?? '');
  }),
  'a value is another one': ofLines((lines, random) => {
    const at = random.below(lines.length);
    const cells = (lines[at] ?? '').split(',');
    return lines.with(at, cells.with(random.below(cells.length), random.pick([...WORDS, ...cells])).join(','));
  }),
  'a value stands elsewhere': ofLines((lines, random) => {
    const [from, to] = [random.below(lines.length), random.below(lines.length)];
    const cells = (lines[from] ?? '').split(',');
    const others = (lines[to] ?? '').split(',');
    const at = random.below(cells.length);
    return lines.with(to, at < others.length ? others.with(at, cells[at] ?? '').join(',') : (lines[to] ?? ''));
  }),
  'a name is very long': (text, random) =>
    Buffer.from(text.toString().replace(random.pick(['Object.', 'id', 'name']), (name) => name + 'x'.repeat(300))),
};

const DESCRIBING = /(^|\/)(manifest|metadata_full|metadata|metadata_deletes)\.csv$/;

/** Changes one member of the tar. */
export function mutateMember(tar: Buffer, change: Change, random: Random): Buffer {
  const members = readTar(tar) ?? [];
  const describing = members.filter((member) => DESCRIBING.test(nameOf(member)));
  const chosen: TarMember = random.pick(random.chance(0.4) ? describing : members);
  return writeTar(
    members.map((member) => (member === chosen ? withBody(member, change(member.body, random)) : member)),
  );
}

function ofLines(change: LineChange): Change {
  return (text, random) => Buffer.from(change(text.toString().split('\n'), random).join('\n'));
}

function insert(text: Buffer, bytes: Buffer, random: Random): Buffer {
  const at = random.below(text.length + 1);
  return Buffer.concat([text.subarray(0, at), bytes, text.subarray(at)]);
}
