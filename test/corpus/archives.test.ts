import { gzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { baseArchives } from './archives/base-archives.ts';
import { runArchives, withDesk } from './archives/run-archives.ts';
import { type Outcome, stageArchive } from './archives/stage-archive.ts';
import { type TarMember, nameOf, readTar, withBody, withField, withName, writeTar } from './archives/tar-bytes.ts';

const MEGABYTE = 1024 * 1024;
/** Of the process with its threads, above what it took before the first archive. */
const MOST_MEMORY = 800 * MEGABYTE;

describe('a damaged archive', () => {
  it('ends in exact values or in a failure by name, whatever is wrong with it', async () => {
    const report = await runArchives({ count: 2000, seed: 20_260_120 });
    expect(report.wrong).toEqual([]);
    expect(report.exact).toBeGreaterThan(300);
    expect(Object.keys(report.refused).length).toBeGreaterThan(18);
    expect(report.memoryBytes).toBeLessThan(MOST_MEMORY);
  });

  it.each<readonly [what: string, change: (members: readonly TarMember[]) => readonly Buffer[], code: string]>([
    [
      'unpacks to four gigabytes of zeros',
      (members) => {
        const size = `${(4 * 1024 * MEGABYTE - 1).toString(8)}\0`;
        const [first] = members;
        if (first === undefined) return [];
        const { header } = withField(withName(first, 'Object/big__c.csv'), 124, size);
        const zeros = gzipSync(Buffer.alloc(64 * MEGABYTE));
        return [gzipSync(header), ...Array.from({ length: 64 }, () => zeros)];
      },
      'E_ARCHIVE_TOO_LARGE',
    ],
    [
      'holds a manifest of two million lines',
      (members) => [edited(members, 'manifest.csv', (text) => text + 'Object.a__c,A,updates,0,\n'.repeat(1_100_000))],
      'E_ARCHIVE_CSV_UNREADABLE',
    ],
    [
      'holds metadata in a line without an end',
      (members) => [edited(members, 'Metadata/metadata.csv', (text) => `${text}"${'x'.repeat(20 * MEGABYTE)}`)],
      'E_ARCHIVE_CSV_UNREADABLE',
    ],
    [
      'has a manifest of twenty million columns',
      (members) => [edited(members, 'manifest.csv', () => ','.repeat(20 * MEGABYTE))],
      'E_ARCHIVE_CSV_UNREADABLE',
    ],
    [
      'is one record of twenty megabytes',
      (members) => [edited(members, 'Object/user__sys.csv', (text) => `${text}"${'x\n'.repeat(10 * MEGABYTE)}`)],
      'E_CSV_QUOTE_OPEN',
    ],
    [
      'has a member whose size is no number',
      (members) => [packed(members.map((member) => withField(member, 124, Buffer.alloc(12, 0xbb))))],
      'E_ARCHIVE_UNREADABLE',
    ],
    [
      'has a member of a type that nobody knows',
      (members) => [packed(members.map((member) => withField(member, 156, 'S')))],
      'E_ARCHIVE_MEMBER_REFUSED',
    ],
    [
      'places one file twice',
      (members) => [edited(members, 'manifest.csv', (text) => `${text}Object.a__c,A,updates,1,Object/user__sys.csv\n`)],
      'E_ARCHIVE_FILE_SHARED',
    ],
    [
      'names two extracts that are one table',
      (members) => [edited(members, 'manifest.csv', (text) => `${text}Object.USER__sys,Users,updates,0,\n`)],
      'E_ARCHIVE_TABLE_SHARED',
    ],
    [
      'has a manifest of nothing but its header',
      (members) => [edited(members, 'manifest.csv', (text) => text.slice(0, text.indexOf('\n') + 1))],
      'E_ARCHIVE_FILE_UNLISTED',
    ],
    [
      'promises no rows of a file that has some',
      (members) => [
        edited(members, 'manifest.csv', (text) => text.replace(/(Object\.user__sys,.*?,updates,)\d+/, '$10')),
      ],
      'E_ARCHIVE_ROW_COUNT',
    ],
    [
      'names an extract by a thousand letters',
      (members) => [edited(members, 'manifest.csv', (text) => `${text}Object.${'x'.repeat(1000)},X,updates,0,\n`)],
      'E_ARCHIVE_MANIFEST_UNREADABLE',
    ],
  ])('that %s fails by name with little memory', async (_what, change, code) => {
    const base = (await baseArchives()).find(({ kind }) => kind === 'full');
    if (base === undefined) throw new Error('The Vault has no Full.');
    const parts = change(readTar(base.tar) ?? []);
    const outcomes: Outcome[] = [];
    const memory = await withDesk(async (desk) => void outcomes.push(await stageArchive(base, parts, desk)));
    expect(outcomes).toEqual([{ kind: 'refused', code }]);
    expect(memory).toBeLessThan(MOST_MEMORY);
  });

  it('stages a table whose name is as long as a name can be', async () => {
    const base = (await baseArchives()).find(({ kind }) => kind === 'full');
    if (base === undefined) throw new Error('The Vault has no Full.');
    const name = 'n'.repeat(248);
    const members = (readTar(base.tar) ?? []).map((member) =>
      withBody(member, Buffer.from(member.body.toString().replaceAll('Object.user__sys', `Object.${name}`))),
    );
    const outcomes: Outcome[] = [];
    await withDesk(async (desk) => void outcomes.push(await stageArchive(base, [packed(members)], desk)));
    expect(outcomes).toEqual([{ kind: 'exact' }]);
  });
});

function edited(members: readonly TarMember[], name: string, change: (text: string) => string): Buffer {
  if (!members.some((member) => nameOf(member) === name)) throw new Error(`There is no member ${name}.`);
  return packed(
    members.map((member) =>
      nameOf(member) === name ? withBody(member, Buffer.from(change(member.body.toString()))) : member,
    ),
  );
}

function packed(members: readonly TarMember[]): Buffer {
  return gzipSync(writeTar(members), { level: 1 });
}
