import { ConfigFailure, DataFailure, Failure, RemoteFailure } from '#framework';

/** What an error of a call carries. */
export interface CallFailure {
  readonly name: string;
  readonly message: string;
  readonly status: number | undefined;
}

/** `again`: the same call, with the same token, may succeed in a moment. */
export type CallVerdict = 'again' | 'remote' | 'config';

const OVERLOADED = new Set([
  'ThrottlingException',
  'ActiveStatementsExceededException',
  'ActiveSessionsExceededException',
  'ActiveWaitingRequestsExceededException',
]);
const REFUSED = new Set([
  'AccessDeniedException',
  'UnrecognizedClientException',
  'InvalidSignatureException',
  'CredentialsProviderError',
  'ExpiredTokenException',
]);

/** Serverless wraps a throttle into a ValidationException, which no SDK retries. */
const WRAPPED_THROTTLE = /ThrottlingException|Rate exceeded|Too many requests/i;

/** Sorts an error of a call, as opposed to the failure of a statement that ran. */
export function callVerdict(failure: CallFailure): CallVerdict {
  if (OVERLOADED.has(failure.name) || WRAPPED_THROTTLE.test(failure.message)) return 'again';
  if (REFUSED.has(failure.name)) return 'config';
  if (failure.status === undefined || failure.status >= 500) return 'again';
  return 'remote';
}

/** An error of a call that is not, or no longer, tried again. */
export function failureOfCall(failure: CallFailure, what: string, cause: unknown): Failure {
  const message = `The Redshift Data API refused to ${what}: ${failure.name}: ${failure.message}.`;
  if (callVerdict(failure) === 'config') {
    return new ConfigFailure('E_REDSHIFT_ACCESS', `${message} Check the AWS credentials and their permissions.`, {
      cause,
    });
  }
  return new RemoteFailure(codeOfCall(failure), message, { cause });
}

function codeOfCall(failure: CallFailure): string {
  if (SESSION_LOST.test(failure.message)) return CODES.session;
  return callVerdict(failure) === 'remote' ? REFUSED_CALL : 'E_REDSHIFT_CALL';
}

const REFUSED_CALL = 'E_REDSHIFT_CALL_REFUSED';

/** The service takes no such call, for example because it is too large: nothing of it has run. */
export function isRefusedCall(error: unknown): boolean {
  return error instanceof Failure && error.code === REFUSED_CALL;
}

export interface FailedStatement {
  readonly statement: string;
  /** `3 of 12` */
  readonly place: string;
  readonly text: string;
  /** What the load error table says of a failed COPY. */
  readonly loadError?: string;
}

type Kind = 'conflict' | 'session' | 'missing' | 'exists' | 'permission' | 'data' | 'other';

const SESSION_LOST = /session is not available|session with id.*invalid/i;

/** Redshift's texts, first match wins. */
const KINDS: readonly (readonly [RegExp, Kind])[] = [
  [/\b10(18|23)\s+DETAIL|serializable isolation|deadlock|could not serialize/i, 'conflict'],
  [SESSION_LOST, 'session'],
  [/relation .* does not exist|schema .* does not exist/i, 'missing'],
  [/already exists/i, 'exists'],
  [/permission denied|must be owner|not authorized|assume.?role/i, 'permission'],
  [/load into table|spectrum scan error|stl_load_errors|sys_load_error_detail/i, 'data'],
  [
    /value too long|overflow|out of range|invalid input syntax|invalid digit|cannot cast|s3 prefix .* does not exist/i,
    'data',
  ],
];
/** A table or schema that does not exist yet. */
export function isMissing(error: unknown): boolean {
  return error instanceof Failure && error.code === CODES.missing;
}

/** What a question to a table found; nothing where the table is not there yet. */
export async function emptyWhereMissing<Found>(rows: Promise<readonly Found[]>): Promise<readonly Found[]> {
  return rows.catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
}

/** Lost to another transaction (1023, 1018, deadlock) or with its session: the whole transaction may be tried again. */
export function isConflict(error: unknown): boolean {
  return error instanceof Failure && (error.code === CODES.conflict || error.code === CODES.session);
}

/** A statement failed for a value. */
export function isDataFailure(error: unknown): boolean {
  return error instanceof Failure && error.code === CODES.data;
}

/** Another worker changed the schema between our look and our change: look again. */
export function isSchemaRace(error: unknown): boolean {
  return isConflict(error) || isMissing(error) || (error instanceof Failure && error.code === CODES.exists);
}

const CODES: Readonly<Record<Kind, string>> = {
  conflict: 'E_REDSHIFT_CONFLICT',
  session: 'E_REDSHIFT_SESSION_LOST',
  missing: 'E_REDSHIFT_MISSING',
  exists: 'E_REDSHIFT_EXISTS',
  permission: 'E_REDSHIFT_PERMISSION',
  data: 'E_REDSHIFT_DATA',
  other: 'E_REDSHIFT_STATEMENT',
};

/** A statement that Redshift ran and failed, in Redshift's words. */
export function failureOfStatement(failed: FailedStatement): Failure {
  const kind = KINDS.find(([pattern]) => pattern.test(failed.text))?.[1] ?? 'other';
  const detail = failed.loadError === undefined ? '' : ` ${failed.loadError}`;
  const message =
    `Redshift failed to ${failed.statement} (statement ${failed.place}): ${failed.text.replace(/^ERROR:\s*/, '').replace(/\.?\s*$/, '')}.` +
    `${detail} Nothing of it was applied.`;
  const options = { details: { statement: failed.statement, place: failed.place, redshift: failed.text } };
  if (kind === 'permission')
    return new ConfigFailure(CODES[kind], `${message} Grant the permission that is missing.`, options);
  return kind === 'data'
    ? new DataFailure(CODES[kind], message, options)
    : new RemoteFailure(CODES[kind], message, options);
}
