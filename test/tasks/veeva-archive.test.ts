import { resolve } from 'node:path';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { boundedName } from '#framework';

import { archiveTree } from '../../tasks/veeva/archive/archive-tree.ts';
import { type MemberHeader, memberPath } from '../../tasks/veeva/archive/member-path.ts';
import { RefusedArchive } from '../../tasks/veeva/archive/refused-archive.ts';
import { csvType, emptyColumnType, textBytes } from '../../tasks/veeva/stage/vault-types.ts';
import { tableNames } from '../../tasks/veeva/stage/table-names.ts';
import { failureOf } from '../support/failure-of.ts';

const spooled = (member: string) => ({ member, path: `/tmp/${member.length}.csv`, bytes: 1 });

/** Where a member would lie if it were unpacked by its own name. */
function placeOf(name: string): string {
  try {
    const member = memberPath({ name, type: 'file' }, 'x');
    return member.kind === 'file' ? resolve('/top/folder', member.path) : 'folder';
  } catch (error) {
    if (error instanceof RefusedArchive && error.code === 'E_ARCHIVE_MEMBER_REFUSED') return 'refused';
    throw error;
  }
}

function refusalOf(header: MemberHeader): RefusedArchive {
  try {
    memberPath(header, 'x.tar.gz');
  } catch (error) {
    if (error instanceof RefusedArchive) return error;
    throw error;
  }
  throw new Error(`The member ${JSON.stringify(header)} was taken.`);
}

describe('members of an archive', () => {
  it.each([
    '/etc/passwd',
    '..',
    '../x.csv',
    'Object/../../x.csv',
    'C:/x.csv',
    '\\\\host\\x',
    'a\\..\\b',
    'a\u0000b',
    'Object/',
    '',
  ])('are refused by name: %j', (name) => {
    const refused = refusalOf({ name, type: 'file' });
    expect(refused.code).toBe('E_ARCHIVE_MEMBER_REFUSED');
    expect(refused.message).toContain(JSON.stringify(name));
  });

  it.each(['symlink', 'link', 'character-device', 'block-device', 'fifo'])('are refused when they are a %s', (type) => {
    expect(refusalOf({ name: 'Object/x.csv', type }).code).toBe('E_ARCHIVE_MEMBER_REFUSED');
  });

  it('are kept without the leading ./, and folders say nothing', () => {
    expect(memberPath({ name: './Object/product__v.csv', type: 'file' }, 'x')).toEqual({
      kind: 'file',
      path: 'Object/product__v.csv',
    });
    expect(memberPath({ name: 'Object/', type: 'directory' }, 'x')).toEqual({ kind: 'folder' });
  });

  it('never lead out of the folder, whatever the name', () => {
    const pieces = fc.array(fc.constantFrom('..', '.', '/', '\\', 'a', 'Object', ':', 'C'));
    fc.assert(
      fc.property(pieces, (parts) => {
        expect(placeOf(parts.join(''))).toMatch(/^(refused|folder|\/top\/folder\/.+)$/);
      }),
    );
  });

  it('are found below an extra folder and in other cases', () => {
    const tree = archiveTree(
      ['export/Object/manifest.csv', 'export/Manifest.csv', 'export/object/Product__v.csv'].map(spooled),
      'x',
    );
    expect(tree.find('Object/product__v.csv')?.member).toBe('export/object/Product__v.csv');
    expect(tree.find('manifest.csv')?.member).toBe('export/Manifest.csv');
  });

  it('must include manifest.csv', () => {
    expect(failureOf(() => archiveTree([spooled('Object/manifest__c.csv')], 'x.tar.gz')).code).toBe(
      'E_ARCHIVE_MANIFEST_MISSING',
    );
  });
});

describe('names and types of tables', () => {
  it('take the part after the dot, and the component too where two would share a table', () => {
    const names = tableNames(['Object.product__v', 'Object.audit__c', 'Log.Audit__c', 'Metadata.metadata']);
    expect(Object.fromEntries(names)).toEqual({
      'Object.product__v': 'product__v',
      'Object.audit__c': 'object_audit__c',
      'Log.Audit__c': 'log_audit__c',
      'Metadata.metadata': 'metadata',
    });
  });

  it('of more than 127 bytes are cut between characters and told apart by a mark of the whole', () => {
    const [first, second] = [`${'é'.repeat(70)}a`, `${'é'.repeat(70)}b`].map((name) => boundedName(name));
    expect(first).toMatch(/^é{59}_[0-9a-f]{8}$/);
    expect(second).toMatch(/^é{59}_[0-9a-f]{8}$/);
    expect(first).not.toBe(second);
    expect(boundedName('x'.repeat(127))).toBe('x'.repeat(127));
    expect(boundedName('x'.repeat(128))).toHaveLength(127);
    expect(
      tableNames([`Object.${'x'.repeat(128)}`])
        .values()
        .next().value,
    ).toBe(boundedName('x'.repeat(128)));
  });

  it.each([
    ['String', 'text'],
    ['LongText', 'text'],
    ['Picklist', 'text'],
    ['MultiRelationship', 'text'],
    ['ID', 'text'],
    ['Number', 'number'],
    ['Boolean', 'boolean'],
    ['Date', 'date'],
    ['DateTime', 'timestamp'],
    ['timestamp with time zone', 'timestamp'],
    ['Something new', 'text'],
  ])('read %s as %s', (type, expected) => {
    expect(csvType('Object.x__c', { column: 'x', label: '', type, length: undefined })).toBe(expected);
  });

  it('read the document number as text, although Vault has declared it a number', () => {
    const facts = { column: 'document_number__v', label: '', type: 'Number', length: undefined };
    expect(csvType('Document.document_version__sys', facts)).toBe('text');
    expect(csvType('Object.other__c', facts)).toBe('number');
  });

  it('leave room for every declared character and for longer values, and never cut', () => {
    const facts = { column: 'x', label: '', type: 'String', length: 128 };
    expect(textBytes(facts, 10)).toBe(384);
    expect(textBytes(facts, 384)).toBe(384);
    expect(textBytes(facts, 765)).toBe(1024);
    expect(textBytes(facts, 1024)).toBe(1024);
    expect(textBytes(facts, 40_000)).toBe(65_535);
    expect(textBytes({ ...facts, length: 64_000 }, 10)).toBe(65_535);
    expect(textBytes(undefined, 90_000)).toBe(90_000);
    expect(emptyColumnType('Object.x__c', facts)).toEqual({ kind: 'text', bytes: 384 });
  });
});
