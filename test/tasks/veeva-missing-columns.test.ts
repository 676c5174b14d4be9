import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { type Column, silentLog } from '#framework';
import { openConverter } from '#tasks/parquet';

import { STOP_AT_BAD_ROWS } from '../../tasks/veeva/stage/bad-rows.ts';
import { missingColumns } from '../../tasks/veeva/stage/missing-columns.ts';
import { stageExtract } from '../../tasks/veeva/stage/stage-extract.ts';
import { FileMemory } from '../../tasks/veeva/stage/upload.ts';
import { collectingLog } from '../support/collecting-log.ts';
import { openStage } from './stage-ground.ts';

const described = (...names: readonly string[]) =>
  new Map(names.map((column) => [column, { column, label: '', type: 'String', length: undefined }]));

const header = (...names: readonly string[]): readonly Column[] =>
  names.map((name) => ({ name, type: { kind: 'text', bytes: 1 } }));

describe('a header without a column of the metadata', () => {
  const plan = { extract: 'Object.account__v', columns: described('id', 'name__v', 'size__c') };
  const found = { columns: header('id', 'nmae__v'), unknownColumns: ['nmae__v'] };

  it('stops the window and names the columns that each side lacks', () => {
    expect(() => missingColumns(plan, found, { onMissingColumn: 'fail', log: silentLog })).toThrow(
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
    const log = collectingLog(lines);
    expect(missingColumns(plan, found, { onMissingColumn: 'null', log })).toEqual(['name__v', 'size__c']);
    expect(lines).toEqual([expect.stringContaining('"columns":["name__v","size__c"]')]);
  });

  it('is named in the manifest of the stage beside the rows that came', async () => {
    const ground = await openStage();
    const converter = openConverter({ threads: 1 });
    try {
      const path = join(ground.directory, 'account__v.csv');
      await writeFile(path, 'id\n1\n');
      const { table } = await stageExtract(
        {
          ...plan,
          table: 'account__v',
          label: '',
          mode: 'merge',
          key: ['id'],
          schemaMatters: false,
          updates: { file: { member: 'Object/account__v.csv', path, bytes: 5 }, records: 1 },
          deletes: { file: undefined, records: 0 },
        },
        {
          store: ground.store,
          memory: new FileMemory(),
          prefix: 'stage/',
          signal: new AbortController().signal,
          converter,
          format: 'csv',
          directory: ground.directory,
          badRows: STOP_AT_BAD_ROWS,
          longText: 'refuse',
          onMissingColumn: 'null',
          log: silentLog,
        },
      );
      expect(table).toMatchObject({ absent: ['name__v', 'size__c'], updates: { rows: 1 } });
    } finally {
      await converter.close();
      await ground.close();
    }
  });

  it('is no matter where the order differs, nothing is described, or the metadata describes itself', () => {
    const strict = { onMissingColumn: 'fail', log: silentLog } as const;
    const other = { columns: header('size__c', 'id', 'name__v'), unknownColumns: [] };
    expect(() => missingColumns(plan, other, strict)).not.toThrow();
    expect(() => missingColumns({ ...plan, columns: described() }, found, strict)).not.toThrow();
    expect(() => missingColumns({ ...plan, extract: 'Metadata.metadata' }, found, strict)).not.toThrow();
  });
});
