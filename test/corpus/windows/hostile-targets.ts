import { createHash } from 'node:crypto';

import { DuckDBInstance } from '@duckdb/node-api';
import { expect } from 'vitest';

import type { Target } from '#framework';
import { duckDbTarget, openDuckDb } from '#tasks/duckdb';

import { columnOf, exactText } from '../../../sandbox/demo/exact-text.ts';
import { SHOWN, duckDbSettings, listColumns, queryFile } from '../../contract/target-ground.ts';
import type { Ground } from '../../tasks/redshift-ground.ts';
import { VAULT_TYPES } from './history.ts';
import type { HostileTable } from './hostile-vault.ts';

/** A target that histories are loaded into, and how its cells are compared with the truth. */
export interface HostileTarget {
  readonly target: Target;
  readonly compare: (tables: readonly HostileTable[]) => Promise<void>;
  /** Codes of the rows that a window of a pipeline left out, in order. */
  readonly leftOut: (pipelineId: string, recordId: number) => Promise<readonly string[]>;
}

export function hostileRedshift(ground: Ground): HostileTarget {
  return {
    target: ground.target,
    compare: async (tables) => {
      for (const table of tables) await compareRedshift(ground, table);
    },
    leftOut: async (pipelineId, recordId) =>
      codes(await ground.opened.warehouse.rows({ name: 'read the quarantine', sql: leftOutSql(pipelineId, recordId) })),
  };
}

/** Loads the same staged files as Redshift does, into a file below `directory`. */
export function hostileDuckDb({ store }: Ground, directory: string): HostileTarget {
  const settings = duckDbSettings(directory);
  return {
    target: duckDbTarget(openDuckDb(settings), { stage: store }),
    compare: async (tables) => {
      // Held open meanwhile, or each question would open the file anew and write a checkpoint when it closes it.
      const held = await DuckDBInstance.fromCache(settings.file);
      try {
        for (const table of tables) await compareDuckDb(settings.file, table);
      } finally {
        held.closeSync();
      }
    },
    leftOut: async (pipelineId, recordId) => codes(await queryFile(settings.file, leftOutSql(pipelineId, recordId))),
  };
}

function leftOutSql(pipelineId: string, recordId: number): string {
  return `select code from vault.windrow_quarantine where pipeline_id = '${pipelineId}' and record_id = ${recordId}`;
}

function codes(rows: readonly (readonly (string | null)[])[]): readonly string[] {
  return rows.map(([code]) => code ?? '').toSorted();
}

async function compareRedshift({ opened }: Ground, { name, columns, rows }: HostileTable): Promise<void> {
  expect((await opened.reader.listColumns(name)).toSorted()).toEqual(columns.map((column) => column.name).toSorted());
  const texts = columns.filter(({ kind }) => kind === 'text');
  const others = columns.filter(({ kind, name: column }) => kind !== 'text' || column === 'id');
  const cells = texts.map((column) => TEXT.replaceAll('?', `"${column.name}"`));
  const read = { name: `texts of ${name}`, sql: `select ${cells.join(', ')} from "vault"."${name}"` };
  expect(sorted(await opened.warehouse.rows(read))).toEqual(sorted(expected(rows, texts).map((row) => row.map(brief))));
  const typed = others.map((column) => columnOf(column.name, VAULT_TYPES[column.kind]));
  const found: (readonly (string | null)[])[] = [];
  for await (const page of opened.reader.readTable(name, typed)) found.push(...page);
  expect(sorted(found)).toEqual(sorted(expected(rows, others)));
}

/** A row of an answer has at most 64 KB, so longer texts are compared by length and md5. */
const LONG = 1000;
const TEXT = `case when octet_length(?) > ${LONG} then octet_length(?)::varchar || ' ' || md5(?) else ? end`;

function brief(value: string | null): string | null {
  if (value === null || Buffer.byteLength(value) <= LONG) return value;
  return `${Buffer.byteLength(value)} ${createHash('md5').update(value).digest('hex')}`;
}

async function compareDuckDb(file: string, { name, columns, rows }: HostileTable): Promise<void> {
  expect((await listColumns(file, name)).toSorted()).toEqual(columns.map((column) => column.name).toSorted());
  const cells = columns.map((column) =>
    SHOWN[columnOf(column.name, VAULT_TYPES[column.kind]).type.kind](`"${column.name}"`),
  );
  const found = await queryFile(file, `select ${cells.join(', ')} from vault."${name}"`);
  expect(sorted(found)).toEqual(sorted(expected(rows, columns)));
}

function expected(rows: HostileTable['rows'], columns: HostileTable['columns']): (string | null)[][] {
  return [...rows.values()].map((row) =>
    columns.map(({ name, kind }) => exactText(row.get(name) ?? '', VAULT_TYPES[kind])),
  );
}

function sorted(rows: readonly (readonly (string | null)[])[]): string[] {
  return rows.map((row) => JSON.stringify(row)).toSorted();
}
