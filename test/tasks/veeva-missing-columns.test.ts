import { describe, expect, it } from 'vitest';

import { type Column, silentLog } from '#framework';

import { requireColumns } from '../../tasks/veeva/stage/missing-columns.ts';
import { collectingLog } from '../support/collecting-log.ts';

const described = (...names: readonly string[]) =>
  new Map(names.map((column) => [column, { column, label: '', type: 'String', length: undefined }]));

const header = (...names: readonly string[]): readonly Column[] =>
  names.map((name) => ({ name, type: { kind: 'text', bytes: 1 } }));

describe('a header without a column of the metadata', () => {
  const plan = { extract: 'Object.account__v', columns: described('id', 'name__v', 'size__c') };
  const found = { columns: header('id', 'nmae__v'), unknownColumns: ['nmae__v'] };

  it('stops the window and names the columns that each side lacks', () => {
    expect(() => requireColumns(plan, found, { onMissingColumn: 'fail', log: silentLog })).toThrow(
      expect.objectContaining({
        name: 'DataFailure',
        code: 'E_ARCHIVE_COLUMN_MISSING',
        message: expect.stringMatching(
          /^The header of Object\.account__v lacks name__v, size__c, which the metadata describes.* It has nmae__v, which the metadata does not describe\./,
        ),
        details: { extract: 'Object.account__v', missing: ['name__v', 'size__c'], unknown: ['nmae__v'] },
      }),
    );
  });

  it('has NULL there where the setting says so, with a warning', () => {
    const lines: string[] = [];
    requireColumns(plan, found, { onMissingColumn: 'null', log: collectingLog(lines) });
    expect(lines).toEqual([expect.stringContaining('"columns":["name__v","size__c"]')]);
  });

  it('is no matter where the order differs, nothing is described, or the metadata describes itself', () => {
    const strict = { onMissingColumn: 'fail', log: silentLog } as const;
    const other = { columns: header('size__c', 'id', 'name__v'), unknownColumns: [] };
    expect(() => requireColumns(plan, other, strict)).not.toThrow();
    expect(() => requireColumns({ ...plan, columns: described() }, found, strict)).not.toThrow();
    expect(() => requireColumns({ ...plan, extract: 'Metadata.metadata' }, found, strict)).not.toThrow();
  });
});
