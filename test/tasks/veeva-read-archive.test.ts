import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { ExtractKind } from '../../tasks/veeva/files/extract-kind.ts';
import { readArchive } from '../../tasks/veeva/stage/read-archive.ts';
import { failureOfAsync } from '../support/failure-of.ts';

const MANIFEST =
  'extract,extract_label,type,records,file\nObject.product__v,Product,updates,14,Object/product__v.csv\nObject.country__v,"Country, all",deletes,0,\n';
const METADATA =
  'is_formula,modified_date__v,Extract,extract_label,column_name,column_label,type,length,related_extract\n' +
  'false,,Object.product__v,Product,id,ID,String,18,\nfalse,,Object.product__v,Product,size__c,"Size ""x""",Number,,\n';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'veeva-read-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function read(files: Readonly<Record<string, string>>, kind: ExtractKind = 'incremental') {
  const { signal } = new AbortController();
  const members = await Promise.all(
    Object.entries(files).map(async ([member, text], index) => {
      const path = join(folder, `${index}.csv`);
      await writeFile(path, text);
      return { member, path, bytes: text.length };
    }),
  );
  return readArchive(members, { archive: 'x.tar.gz', kind, signal });
}

describe('what an archive says about itself', () => {
  it('is read by the names of the columns, in any order and with more of them', async () => {
    const { lines, registry } = await read({ 'manifest.csv': MANIFEST, 'metadata_full.csv': METADATA });
    expect(lines).toEqual([
      { extract: 'Object.product__v', label: 'Product', type: 'updates', records: 14, file: 'Object/product__v.csv' },
      { extract: 'Object.country__v', label: 'Country, all', type: 'deletes', records: 0, file: undefined },
    ]);
    expect([...(registry.get('Object.product__v')?.values() ?? [])]).toEqual([
      { column: 'id', label: 'ID', type: 'String', length: 18 },
      { column: 'size__c', label: 'Size "x"', type: 'Number', length: undefined },
    ]);
  });

  it.each(['full', 'log'] as const)('holds updates only where the manifest of a %s has no types', async (kind) => {
    const manifest = 'extract,records,file\nObject.product__v,1,Object/product__v.csv\n';
    expect((await read({ 'manifest.csv': manifest, 'metadata_full.csv': METADATA }, kind)).lines).toMatchObject([
      { type: 'updates' },
    ]);
  });

  it.each(['extract,records,file\nObject.product__v,1,', 'extract,records,file,type\nObject.product__v,1,'])(
    'is refused where an incremental manifest does not tell removed rows from new ones: %j',
    async (lines) => {
      const manifest = `${lines}Object/product__v_deletes.csv\n`;
      const failure = await failureOfAsync(() => read({ 'manifest.csv': manifest, 'metadata_full.csv': METADATA }));
      expect(failure.code).toBe('E_ARCHIVE_MANIFEST_UNREADABLE');
      expect(failure.message).toContain('"type" whether the rows of Object.product__v are new (updates) or removed');
    },
  );

  it('may describe a Full in Metadata/metadata.csv, where an incremental file has changes only', async () => {
    const files = { 'manifest.csv': MANIFEST, 'Metadata/metadata.csv': METADATA };
    expect((await read(files, 'full')).registry.size).toBe(1);
    expect((await failureOfAsync(() => read(files))).code).toBe('E_ARCHIVE_METADATA_MISSING');
    expect((await failureOfAsync(() => read({ 'manifest.csv': MANIFEST }, 'full'))).code).toBe(
      'E_ARCHIVE_METADATA_MISSING',
    );
  });

  it.each([
    ['another type', 'extract,type,records,file\nObject.a__c,inserts,1,a.csv\n', 'E_ARCHIVE_MANIFEST_UNREADABLE'],
    [
      'no number of records',
      'extract,type,records,file\nObject.a__c,updates,many,a.csv\n',
      'E_ARCHIVE_MANIFEST_UNREADABLE',
    ],
    [
      'a line twice',
      'extract,type,records,file\nObject.a__c,updates,1,a\nObject.a__c,updates,1,b\n',
      'E_ARCHIVE_MANIFEST_UNREADABLE',
    ],
    [
      'an extract that is a path',
      'extract,type,records,file\nObject/../../x.y,updates,1,a\n',
      'E_ARCHIVE_MANIFEST_UNREADABLE',
    ],
    ['no column of records', 'extract,type,file\nObject.a__c,updates,a\n', 'E_ARCHIVE_COLUMN_MISSING'],
    ['an open quote', 'extract,type,records,file\n"Object.a__c,updates,1,a\n', 'E_ARCHIVE_CSV_UNREADABLE'],
  ])('is refused with %s', async (_what, manifest, code) => {
    const failure = await failureOfAsync(() => read({ 'manifest.csv': manifest, 'metadata_full.csv': METADATA }));
    expect(failure.code).toBe(code);
    expect(failure.message).toContain('manifest.csv');
  });
});
