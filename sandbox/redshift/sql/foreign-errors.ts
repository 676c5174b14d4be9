import { DatabaseError } from 'pg';

import { RedshiftError } from './redshift-error.ts';

/** PostgreSQL's error as Redshift words it. A full name replaces the digest that stands for it here. */
export function fromPostgres(error: unknown, fullName: (text: string) => string): RedshiftError {
  if (error instanceof RedshiftError) return error;
  if (!(error instanceof DatabaseError))
    return new RedshiftError(error instanceof Error ? error.message : String(error));
  const detail = error.detail === undefined ? {} : { detail: fullName(error.detail) };
  return BY_CODE[error.code ?? '']?.(error) ?? new RedshiftError(fullName(error.message), detail);
}

const BY_CODE: Readonly<Record<string, (error: DatabaseError) => RedshiftError | undefined>> = {
  '23502': (error) => new RedshiftError(`Cannot insert a NULL value into column ${error.column ?? ''}`),
  '23514': tooLong,
  '40001': serializationFailure,
  '40P01': (error) =>
    new RedshiftError('deadlock detected', error.detail === undefined ? {} : { detail: error.detail }),
  '21000': (error) =>
    error.message.startsWith('MERGE')
      ? new RedshiftError('Found multiple matches to update the same tuple.')
      : undefined,
  '57014': (error) =>
    error.message.includes('user request') ? new RedshiftError("Query cancelled on user's request") : undefined,
};

/** The byte limit of a column travels in the name of its constraint. */
function tooLong(error: DatabaseError): RedshiftError | undefined {
  const [, kind, length] = /^(bytes|ascii)_(\d+)_/.exec(error.constraint ?? '') ?? [];
  if (kind === 'bytes') return new RedshiftError(`value too long for type character varying(${length})`);
  if (kind === 'ascii')
    return new RedshiftError('Multibyte character not supported for CHAR (Hint: Try using VARCHAR).');
  return undefined;
}

function serializationFailure(): RedshiftError {
  return serializableViolation('0');
}

/** @param table the number that Redshift gives a table */
export function serializableViolation(table: string): RedshiftError {
  return new RedshiftError(
    `1023 DETAIL: Serializable isolation violation on table - ${table}, transactions forming the cycle are: 1, 2 (pid:1)`,
  );
}
