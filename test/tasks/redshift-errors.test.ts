import { describe, expect, it } from 'vitest';

import {
  callVerdict,
  failureOfCall,
  failureOfStatement,
  isConflict,
  isMissing,
  isSchemaRace,
} from '../../tasks/redshift/errors.ts';

describe('sorting errors of a call', () => {
  it.each([
    ['ThrottlingException', 'Rate exceeded', 400, 'again'],
    [
      'ValidationException',
      'Service returned error code ThrottlingException (Service: RedshiftServerless)',
      400,
      'again',
    ],
    ['ActiveStatementsExceededException', 'too many', 400, 'again'],
    ['ActiveSessionsExceededException', 'too many', 400, 'again'],
    ['InternalServerException', 'oops', 500, 'again'],
    ['Error', 'connect ECONNREFUSED', undefined, 'again'],
    ['ValidationException', 'Cannot process query string larger than 100kB', 400, 'remote'],
    ['AccessDeniedException', 'not allowed', 400, 'config'],
  ] as const)('%s: %s', (...[name, message, status, verdict]) => {
    expect(callVerdict({ name, message, status })).toBe(verdict);
  });

  it('keeps the cause and says what was refused', () => {
    const cause = new Error('first');
    const failure = failureOfCall({ name: 'ValidationException', message: 'no', status: 400 }, 'run "x"', cause);
    expect(failure).toMatchObject({
      code: 'E_REDSHIFT_CALL_REFUSED',
      cause,
      message: expect.stringContaining('refused to run "x"'),
    });
  });

  it('knows a lost session', () => {
    const failure = failureOfCall(
      { name: 'ValidationException', message: 'Session is not available', status: 400 },
      'run',
      undefined,
    );
    expect(isConflict(failure)).toBe(true);
  });
});

describe('sorting failed statements', () => {
  const failed = (text: string) => failureOfStatement({ statement: 'load t', place: '2 of 9', text });

  it.each([
    ['ERROR: 1023 DETAIL: Serializable isolation violation on table - 1', 'RemoteFailure', 'E_REDSHIFT_CONFLICT'],
    ['ERROR: 1018 DETAIL: Relation does not exist.', 'RemoteFailure', 'E_REDSHIFT_CONFLICT'],
    ['ERROR: relation "t" does not exist', 'RemoteFailure', 'E_REDSHIFT_MISSING'],
    ['ERROR: Relation "t" already exists', 'RemoteFailure', 'E_REDSHIFT_EXISTS'],
    ['ERROR: permission denied for relation t', 'ConfigFailure', 'E_REDSHIFT_PERMISSION'],
    [
      "ERROR: Load into table 't' failed.  Check 'stl_load_errors' system table for details.",
      'DataFailure',
      'E_REDSHIFT_DATA',
    ],
    ['ERROR: value too long for type character varying(10)', 'DataFailure', 'E_REDSHIFT_DATA'],
    ['ERROR: invalid input syntax for integer: "1023"', 'DataFailure', 'E_REDSHIFT_DATA'],
    ['ERROR: Disk Full', 'RemoteFailure', 'E_REDSHIFT_STATEMENT'],
  ])('%s', (text, name, code) => {
    expect(failed(text)).toMatchObject({ name, code });
  });

  it('says which statement failed, with Redshift’s words and those of the load error table', () => {
    const failure = failureOfStatement({
      statement: 'load t',
      place: '2 of 9',
      text: 'ERROR: Load into table failed. ',
      loadError: 'File f.',
    });
    expect(failure.message).toBe(
      'Redshift failed to load t (statement 2 of 9): Load into table failed. File f. Nothing of it was applied.',
    );
  });

  it('tells what a second look may mend', () => {
    expect(isMissing(failed('ERROR: schema "vault" does not exist'))).toBe(true);
    expect(isSchemaRace(failed('ERROR: type "t" already exists'))).toBe(true);
    expect(isSchemaRace(failed('ERROR: Disk Full'))).toBe(false);
  });
});
