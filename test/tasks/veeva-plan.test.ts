import { describe, expect, it } from 'vitest';

import { archiveTree } from '../../tasks/veeva/archive/archive-tree.ts';
import type { ManifestLine } from '../../tasks/veeva/archive/manifest-csv.ts';
import type { Registry } from '../../tasks/veeva/archive/metadata.ts';
import { type ArchiveContent, planExtracts } from '../../tasks/veeva/stage/plan-extracts.ts';
import { failureOf } from '../support/failure-of.ts';

function line(extract: string, change: Partial<ManifestLine> = {}): ManifestLine {
  return { extract, label: '', type: 'updates', records: 0, file: undefined, ...change };
}

/** `{ 'Object.product__v': 'id name__v' }` */
function registry(columns: Readonly<Record<string, string>>): Registry {
  return new Map(
    Object.entries(columns).map(([extract, names]) => [
      extract,
      new Map(names.split(' ').map((column) => [column, { column, label: '', type: 'String', length: 10 }])),
    ]),
  );
}

function content(change: Partial<ArchiveContent> & { readonly members?: readonly string[] }): ArchiveContent {
  const members = ['manifest.csv', ...(change.members ?? [])].map((member) => ({
    member,
    path: `/tmp/${member}`,
    bytes: 1,
  }));
  return {
    archive: 'x.tar.gz',
    kind: 'incremental',
    tree: archiveTree(members, 'x.tar.gz'),
    lines: [],
    registry: new Map(),
    changes: new Map(),
    metadataDeletes: [],
    ...change,
  };
}

const PRODUCT = 'Object.product__v';
const columns = registry({ [PRODUCT]: 'id name__v' });

describe('the plan of an archive', () => {
  it('replaces every table of a Full, except those of legacy workflows', () => {
    const lines = [line(PRODUCT), line('Workflow.legacy_workflow__sys'), line('Workflow.workflow__sys')];
    expect(planExtracts(content({ kind: 'full', lines })).extracts.map(({ mode }) => mode)).toEqual([
      'replace',
      'merge',
      'replace',
    ]);
  });

  it('stages an extract of an incremental file only where it brings rows or a new schema', () => {
    const lines = ['Object.rows__c', 'Object.deletes__c', 'Object.changed__c', 'Object.quiet__c'].map((extract) =>
      line(extract),
    );
    const given = content({
      members: ['Object/rows__c.csv', 'Object/deletes__c_deletes.csv'],
      lines: [
        { ...line('Object.rows__c'), records: 1 },
        line('Object.deletes__c', { type: 'deletes', records: 1 }),
        ...lines.slice(2),
      ],
      changes: registry({ 'Object.changed__c': 'added__c' }),
    });
    expect(planExtracts(given).extracts.map(({ extract }) => extract)).toEqual([
      'Object.rows__c',
      'Object.deletes__c',
      'Object.changed__c',
    ]);
  });

  it('finds a file by the manifest, not by a rule', () => {
    const given = content({
      members: ['Elsewhere/p.csv'],
      lines: [line(PRODUCT, { records: 2, file: 'elsewhere/P.csv' })],
    });
    expect(planExtracts(given).extracts[0]?.updates).toMatchObject({ file: { member: 'Elsewhere/p.csv' }, records: 2 });
  });

  it('tells a table that is gone from a column that is gone', () => {
    const metadataDeletes = [
      { extract: 'Object.old__c', column: 'name__v' },
      { extract: 'Object.old__c', column: 'id' },
      { extract: PRODUCT, column: 'colour__c' },
    ];
    const given = content({
      registry: columns,
      metadataDeletes,
      lines: [line('Object.old__c', { type: 'deletes', records: 0 })],
    });
    expect(planExtracts(given)).toMatchObject({
      extracts: [],
      removals: [
        { extract: 'Object.old__c', table: 'old__c' },
        { extract: PRODUCT, table: 'product__v', column: 'colour__c' },
      ],
    });
  });

  it('keeps a column that went and came again in one window', () => {
    const metadataDeletes = [{ extract: PRODUCT, column: 'name__v' }];
    expect(planExtracts(content({ registry: columns, metadataDeletes })).removals).toEqual([]);
  });

  it('replaces a table whose object was made anew in one window', () => {
    const given = content({
      registry: columns,
      changes: columns,
      metadataDeletes: [{ extract: PRODUCT, column: 'id' }],
      lines: [line(PRODUCT)],
    });
    expect(planExtracts(given)).toMatchObject({ extracts: [{ extract: PRODUCT, mode: 'replace' }], removals: [] });
  });

  it('reads the name of a list of deletes as the extract that it belongs to', () => {
    const given = content({
      registry: registry({ [PRODUCT]: 'id', 'Document.document_relationships__sys': 'id' }),
      members: ['Object/product__v_deletes.csv', 'Document/document_relationships_deleted__sys.csv'],
      lines: [
        line(`${PRODUCT}_deletes`, { type: 'deletes', records: 1, file: 'Object/product__v_deletes.csv' }),
        line('Document.document_relationships_deleted__sys', {
          records: 2,
          file: 'Document/document_relationships_deleted__sys.csv',
        }),
      ],
    });
    expect(planExtracts(given).extracts).toMatchObject([
      { extract: PRODUCT, deletes: { records: 1 }, updates: { records: 0 } },
      { extract: 'Document.document_relationships__sys', deletes: { records: 2 } },
    ]);
  });

  it('leaves an object alone whose own name ends like a list of deletes', () => {
    const name = 'Object.product__v_deletes';
    const given = content({
      registry: registry({ [PRODUCT]: 'id', [name]: 'id' }),
      members: ['Object/product__v_deletes.csv'],
      lines: [line(name, { records: 1, file: 'Object/product__v_deletes.csv' })],
    });
    expect(planExtracts(given).extracts).toMatchObject([
      { extract: name, table: 'product__v_deletes', updates: { records: 1 } },
    ]);
  });

  it('gives colliding names the same table in every window, whether or not both extracts bring rows', () => {
    const given = content({
      registry: registry({ 'Object.audit__c': 'id', 'Log.audit__c': 'id' }),
      members: ['Log/audit__c.csv'],
      lines: [line('Log.audit__c', { records: 1, file: 'Log/audit__c.csv' })],
    });
    expect(planExtracts(given).extracts.map(({ table }) => table)).toEqual(['log_audit__c']);
  });

  it('reports files that nothing names, and refuses them among the data', () => {
    const lines = [line(PRODUCT)];
    const members = [
      'README.txt',
      'Metadata/object.csv',
      'Object/document.csv',
      'Object/product__v.csv',
      'Extra/x.csv',
    ];
    expect(planExtracts(content({ lines, members })).unlisted).toEqual([
      'README.txt',
      'Metadata/object.csv',
      'Object/document.csv',
      'Extra/x.csv',
    ]);
    const failure = failureOf(() => planExtracts(content({ lines, members: ['Object/other__c.csv'] })));
    expect(failure.code).toBe('E_ARCHIVE_FILE_UNLISTED');
  });
});
