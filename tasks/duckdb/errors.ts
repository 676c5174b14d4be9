import { ConfigFailure, DataFailure, Failure, RemoteFailure } from '#framework';

type Kind = 'locked' | 'conflict' | 'file' | 'memory' | 'data' | 'other';

/** DuckDB's texts, first match wins. */
const KINDS: readonly (readonly [RegExp, Kind])[] = [
  [/could not set lock on file/i, 'locked'],
  [/conflict on|write-write conflict/i, 'conflict'],
  [/not a valid duckdb database|permission denied|cannot open file|serialization error|storage version/i, 'file'],
  [/out of memory/i, 'memory'],
  [/^(conversion|invalid input|out of range|constraint) error|could not (cast|convert)|csv error/i, 'data'],
];

const CODES: Readonly<Record<Kind, string>> = {
  locked: 'E_DUCKDB_LOCKED',
  conflict: 'E_DUCKDB_CONFLICT',
  file: 'E_DUCKDB_FILE',
  memory: 'E_DUCKDB_MEMORY',
  data: 'E_DUCKDB_DATA',
  other: 'E_DUCKDB_STATEMENT',
};

const REMEDIES: Readonly<Record<Kind, string>> = {
  locked: 'Only one process at a time may have the file open: end the program that holds it.',
  conflict: 'Another load in this process was in the way; try again.',
  file: 'Check DUCKDB_FILE, the rights to the file and its folder, and the version of DuckDB that wrote it.',
  memory: 'Raise DUCKDB_MEMORY.',
  data: 'Nothing of the window was applied. Correct the value in the source, or pin its column to a type that holds it ("columns" in connector_config.json).',
  other: 'Nothing of the window was applied.',
};

/** An error of DuckDB, in DuckDB's words. */
export function failureOf(error: unknown, what: string): Failure {
  const text = error instanceof Error ? error.message : String(error);
  const kind = KINDS.find(([pattern]) => pattern.test(text))?.[1] ?? 'other';
  const message = `DuckDB failed to ${what}: ${text.replace(/\.?\s*$/, '')}. ${REMEDIES[kind]}`;
  const options = { cause: error, details: { statement: what, duckdb: text } };
  if (kind === 'file') return new ConfigFailure(CODES[kind], message, options);
  return kind === 'data'
    ? new DataFailure(CODES[kind], message, options)
    : new RemoteFailure(CODES[kind], message, options);
}

/** Another process has the file open, or another transaction of this one was in the way: the same may succeed in a moment. */
export function isTaken(error: unknown): boolean {
  return error instanceof Failure && (error.code === CODES.locked || error.code === CODES.conflict);
}
