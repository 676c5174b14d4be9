import { readFileSync, readdirSync } from 'node:fs';

import { z } from 'zod';

import { ConfigFailure } from '../core/failures.ts';
import { type Database, type Executor, SCHEMA } from './database.ts';

export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
}

/** Whose tables are migrated: they have a schema and a version of their own. */
export interface TableOwner {
  readonly name: string;
  readonly schema: string;
}

const ENGINE: TableOwner = { name: 'Windrow', schema: SCHEMA };

/** Any number; every process that migrates must use the same one. */
const LOCK = 7_140_001;

const Applied = z.array(z.object({ number: z.number() }));

/**
 * Brings the database to the newest version; several processes may call it at once. Returns the names that were applied.
 * @throws ConfigFailure `E_DATABASE_NEWER` when the database was made by a newer Windrow.
 */
export async function migrate(
  database: Database,
  migrations: readonly Migration[] = readMigrations(new URL('migrations/', import.meta.url)),
  { name, schema }: TableOwner = ENGINE,
): Promise<readonly string[]> {
  return database.transaction(async (transaction) => {
    await transaction.run({ text: 'select pg_advisory_xact_lock($1)', patient: true }, [LOCK]);
    await transaction.run({ text: `create schema if not exists ${schema}` });
    await transaction.run({ text: `select set_config('search_path', $1, true)` }, [schema]);
    await transaction.run({
      text: 'create table if not exists migration (number integer primary key, name text not null, applied_at timestamptz not null default now())',
    });
    const applied = Applied.parse(await transaction.run({ text: 'select number from migration order by number' }));
    refuseNewer(name, applied.at(-1)?.number ?? 0, migrations.at(-1)?.number ?? 0);
    const done = new Set(applied.map(({ number }) => number));
    return applyAll(
      transaction,
      migrations.filter(({ number }) => !done.has(number)),
    );
  });
}

async function applyAll(transaction: Executor, missing: readonly Migration[]): Promise<string[]> {
  const names: string[] = [];
  for (const { number, name, sql } of missing) {
    await transaction.run({ text: sql, patient: true });
    await transaction.run({ text: 'insert into migration (number, name) values ($1, $2)' }, [number, name]);
    names.push(name);
  }
  return names;
}

function refuseNewer(of: string, found: number, known: number): void {
  if (found <= known) return;
  throw new ConfigFailure(
    'E_DATABASE_NEWER',
    `The database has version ${found} of the tables of ${of}, but this code knows versions up to ${known}. Install the newer ${of}, or point DATABASE_URL elsewhere.`,
  );
}

/** The files `0001-name.sql` of a folder, in order. */
export function readMigrations(folder: URL): readonly Migration[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .toSorted()
    .map((file) => ({
      number: Number(file.slice(0, 4)),
      name: file.slice(0, -4),
      sql: readFileSync(new URL(file, folder), 'utf8'),
    }));
}
