import type { Clock } from '#framework';
import type { Pool } from 'pg';

import type { TargetColumn } from './target-column.ts';

/** Why one row of a text file cannot be loaded; the codes are those of STL_LOAD_ERRORS. */
export interface LoadError {
  readonly code: number;
  readonly reason: string;
  readonly file: string;
  readonly line: number;
  readonly column?: TargetColumn;
  readonly position?: number;
  readonly rawLine: string;
  readonly rawField: string;
}

export interface LoadErrorPlace {
  readonly queryId: number;
  readonly sessionId: number;
  readonly database: string;
  readonly tableId: string;
  readonly clock: Clock;
}

/** On a connection of its own: what went wrong stays known although the load is rolled back. */
export async function keepLoadErrors(pool: Pool, errors: readonly LoadError[], place: LoadErrorPlace): Promise<void> {
  const at = new Date(place.clock.now().epochMilliseconds).toISOString();
  for (const error of errors) {
    await pool.query(
      'insert into redshift.load_errors values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)',
      [
        place.queryId,
        place.sessionId,
        place.database,
        place.tableId,
        at,
        error.file,
        error.line,
        error.column?.name ?? '',
        error.column === undefined ? '' : shortType(error.column.type),
        error.column === undefined || error.column.length < 0 ? '' : String(error.column.length),
        error.position ?? 0,
        error.rawLine.replaceAll('\0', '').slice(0, 1024),
        error.rawField.replaceAll('\0', '').slice(0, 1024),
        error.code,
        error.reason,
      ],
    );
  }
}

function shortType(type: string): string {
  const short: Readonly<Record<string, string>> = {
    'character varying': 'varchar',
    character: 'char',
    'timestamp without time zone': 'timestamp',
    'timestamp with time zone': 'timestamptz',
    'double precision': 'float8',
    integer: 'int4',
    bigint: 'int8',
    smallint: 'int2',
  };
  return short[type] ?? type;
}
