import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { veevaDuckDbFull, veevaDuckDbIncremental } from '../../dags/veeva-duckdb.ts';
import type { Mismatch } from '../../sandbox/demo/compare-table.ts';
import { CONTENT_SWITCHES, type ContentSwitch } from '../../sandbox/vault/index.ts';
import { type Archive, VaultClient } from '../sandbox/vault-client.ts';
import { type DuckDbInstallation, openVeevaDuckDb } from '../support/veeva-duckdb.ts';
import { fileOf, windowEnd } from '../support/veeva-installation.ts';

/** The archives that were loaded: the Full, its incremental files from 1, and the Full that ended with window 4. */
interface Archives {
  readonly full: Archive;
  readonly windows: readonly Archive[];
  readonly nextFull: Archive;
}

/** What shows that a switch is in the archives at all, and the tables that must be right in spite of it. */
interface Shown {
  readonly seen: (archives: Archives) => unknown;
  readonly as: unknown;
  readonly tables: readonly string[];
}

/** Every switch of the content of the Vault stand-in: one without a row here does not compile. */
const CONTENT: Readonly<Record<ContentSwitch, Shown>> = {
  wide_header: {
    seen: ({ full }) => headerOf(full, 'Object/wide_form__v.csv').length > 4096,
    as: true,
    tables: ['wide_form__v'],
  },
  awkward_names: {
    seen: ({ full }) =>
      ['order', '3d_model__c', 'metadata_template__v', 'bulk_deletes__c'].map((name) => has(full, name)),
    as: [true, true, true, true],
    tables: ['order', '3d_model__c', 'metadata_template__v', 'bulk_deletes__c', 'select__c', '21_cfr_11__c'],
  },
  wrong_metadata: {
    seen: ({ full }) => [
      declared(full, 'Object.security_policy__sys', 'description__sys')?.['length'],
      longest(full, 'Object/security_policy__sys.csv', 'description__sys'),
      declared(full, 'Document.document_version__sys', 'document_number__v')?.['type'],
    ],
    as: ['128', 245, 'Number'],
    tables: ['security_policy__sys', 'edl_item__v', 'document_version__sys'],
  },
  late_decimals: {
    seen: ({ full }) =>
      full.records('Object/ledger__c.csv').findIndex(({ amount__c: amount = '' }) => amount.includes('.')),
    as: 100_000,
    tables: ['ledger__c'],
  },
  picklist_collision: {
    seen: ({ full, windows: [first] }) => [
      full.records('Picklist/picklist__sys.csv').filter(isColliding).length,
      first
        ?.records('Picklist/picklist_deleted__sys.csv')
        .filter(isColliding)
        .map(({ object }) => object),
    ],
    as: [2, ['a']],
    tables: ['picklist__sys'],
  },
  login_only_user: {
    seen: ({ windows: [, , , fourth] }) => fourth?.csv('Object/user__sys.csv').length,
    as: 2,
    tables: ['user__sys'],
  },
  readded_field: {
    seen: ({ windows }) =>
      windows.slice(0, 3).map((window) => ['updates', 'deletes'].map((type) => seasonIn(window, type))),
    as: [
      [false, true],
      [true, false],
      [true, true],
    ],
    tables: ['seasonal__c', 'metadata'],
  },
  release_window: {
    seen: ({ full, windows: [, second] }) =>
      (second?.csv('Object/wide_form__v.csv').length ?? 0) >= full.csv('Object/wide_form__v.csv').length - 3,
    as: true,
    tables: ['wide_form__v', 'product__v', 'user__sys', 'workflow__sys'],
  },
  legacy_workflows: {
    seen: ({ full, windows, nextFull }) =>
      [full, nextFull, ...windows].map((archive) => archive.has('Workflow/inactive_legacy_workflow__sys.csv')),
    as: [true, true, false, false, false, false, false, false, false, false],
    tables: ['inactive_legacy_workflow__sys'],
  },
  vault_metadata: {
    seen: ({ full }) => [
      full.csv('Object/object.csv')[0]?.includes('id'),
      declared(full, 'Object.object', 'field__sys'),
    ],
    as: [false, undefined],
    tables: ['object', 'document'],
  },
  singular_relationships: {
    seen: ({ full }) => full.has('Document/document_relationship__sys.csv'),
    as: true,
    tables: ['document_relationship__sys'],
  },
};

const WINDOWS = 8;
const FULL = '143462-20260302-0800-F';
const NEXT_FULL = '143462-20260302-0900-F';

// One installation for the whole file: all of the content is in the same Vault.
let duckDb: DuckDbInstallation;
let archives: Archives;
let early: readonly Mismatch[];
let late: readonly Mismatch[];

beforeAll(async () => {
  duckDb = await openVeevaDuckDb([veevaDuckDbFull, veevaDuckDbIncremental], {
    objects: 2,
    rows: 100,
    changesPerWindow: 15,
    schemaChanges: false,
    content: CONTENT_SWITCHES,
    // Other forms that Vault may have: midnight of the Vault is 09:00 UTC, Fulls without the column "type", lists by overlap, lists of
    // deletes by the names that Veeva documents for relationships.
    zone: 'Etc/GMT+9',
    dailyFulls: true,
    multiValueSeparator: ';',
    listFilter: 'overlap',
    faults: [
      { kind: 'manifest_without_type', file: FULL },
      { kind: 'delete_extract_suffix', suffix: '_deleted__sys' },
    ],
  });
  const { veeva, trigger, loaded, differences } = duckDb;
  const isOurs = (extract: string): boolean => !extract.startsWith('Log.');
  await trigger('veeva_duckdb_full');
  await loaded('veeva_duckdb_full', 1);
  veeva.publish(3);
  await loaded('veeva_duckdb_incremental', 3);
  early = await differences(windowEnd(3), isOurs);
  veeva.publish(WINDOWS);
  await loaded('veeva_duckdb_incremental', WINDOWS);
  await trigger('veeva_duckdb_full');
  await loaded('veeva_duckdb_full', 2);
  late = await differences(windowEnd(WINDOWS), isOurs);
  archives = await loadArchives(duckDb);
});
afterAll(() => duckDb.close());

describe('content that not every Vault has', () => {
  it.each(Object.entries(CONTENT))('is in the archives and exact in the target: %s', (_name, { seen, as, tables }) => {
    expect(seen(archives)).toEqual(as);
    const known = duckDb.veeva.sandbox.vault.truth(windowEnd(WINDOWS)).map(({ table }) => table);
    expect(known).toEqual(expect.arrayContaining([...tables]));
    for (const mismatches of [early, late])
      expect(mismatches.filter(({ table }) => tables.includes(table))).toEqual([]);
  });

  it('is removed by lists of deletes that have names of their own', () => {
    const named = archives.windows.flatMap((window) => window.members.map(({ name }) => name));
    for (const list of ['Picklist/picklist', 'Document/document_relationship'])
      expect(named).toContain(`${list}_deleted__sys.csv`);
  });

  it('leaves every other table exact as well', () => {
    expect([...early, ...late]).toEqual([]);
  });
});

async function loadArchives({ veeva }: DuckDbInstallation): Promise<Archives> {
  const client = new VaultClient(veeva.sandbox.vault);
  await client.logIn();
  const open = async (name: string): Promise<Archive> => client.open(await client.item(name));
  const windows: Archive[] = [];
  for (let window = 1; window <= WINDOWS; window += 1) windows.push(await open(fileOf(window)));
  return { full: await open(FULL), nextFull: await open(NEXT_FULL), windows };
}

function headerOf(archive: Archive, name: string): string {
  return archive.csv(name)[0]?.join(',') ?? '';
}

function has(archive: Archive, object: string): boolean {
  return archive.has(`Object/${object}.csv`);
}

type Row = Readonly<Record<string, string>>;

function declared(archive: Archive, extract: string, column: string): Row | undefined {
  const rows = archive.records('Metadata/metadata.csv');
  return rows.find((row) => row['extract'] === extract && row['column_name'] === column);
}

function longest(archive: Archive, name: string, column: string): number {
  return Math.max(...archive.records(name).map((row) => row[column]?.length ?? 0));
}

function isColliding({ object = '', object_field: field = '', picklist_value_name: name = '' }: Row): boolean {
  return `${object}${field}${name}` === 'abcd__c';
}

function seasonIn(window: Archive, type: string): boolean {
  const name = `Metadata/metadata${type === 'deletes' ? '_deletes' : ''}.csv`;
  return window.has(name) && window.records(name).some(({ column_name: column }) => column === 'season__c');
}
