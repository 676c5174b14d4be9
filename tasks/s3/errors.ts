import { ConfigFailure, DataFailure, type Failure, RemoteFailure } from '#framework';

/** What an error of the SDK carries, as far as it is sorted by. */
export interface VendorError {
  /** S3's code, such as `NoSuchKey`, or the name of a network error. */
  readonly name: string;
  readonly message: string;
  readonly status: number | undefined;
}

type Kind =
  | 'missing_object'
  | 'missing_bucket'
  | 'refused'
  | 'clock'
  | 'slow_down'
  | 'conflict'
  | 'damaged'
  | 'unusable'
  | 'unavailable';

const KINDS: Readonly<Record<string, Kind>> = {
  NoSuchKey: 'missing_object',
  NotFound: 'missing_object',
  NoSuchVersion: 'missing_object',
  NoSuchBucket: 'missing_bucket',
  AccessDenied: 'refused',
  InvalidAccessKeyId: 'refused',
  SignatureDoesNotMatch: 'refused',
  ExpiredToken: 'refused',
  InvalidToken: 'refused',
  CredentialsProviderError: 'refused',
  PermanentRedirect: 'refused',
  AuthorizationHeaderMalformed: 'refused',
  RequestTimeTooSkewed: 'clock',
  SlowDown: 'slow_down',
  TooManyRequests: 'slow_down',
  ConditionalRequestConflict: 'conflict',
  OperationAborted: 'conflict',
  NoSuchUpload: 'conflict',
  BadDigest: 'damaged',
  XAmzContentSHA256Mismatch: 'damaged',
  IncompleteBody: 'damaged',
  RequestTimeout: 'unavailable',
};

const SLOW_DOWN_MS = 2000;

/** Sorts an error of S3. `what` says what was tried: `store s3://bucket/key`. */
export function failureOf(error: VendorError, what: string, cause: unknown): Failure {
  const said = `Cannot ${what}: S3 answered ${error.name}: ${error.message.replace(/\.$/, '')}.`;
  switch (KINDS[error.name] ?? kindOfStatus(error.status)) {
    case 'missing_object':
      return new DataFailure(
        'E_OBJECT_MISSING',
        `Cannot ${what}: there is no such object. Re-run the window that should have made it.`,
        { cause },
      );
    case 'missing_bucket':
      return new ConfigFailure('E_S3_BUCKET_MISSING', `${said} Create the bucket, or correct S3_BUCKET.`, { cause });
    case 'refused':
      return new ConfigFailure('E_S3_REFUSED', `${said} Check the AWS credentials, their permissions and AWS_REGION.`, {
        cause,
      });
    case 'clock':
      return new ConfigFailure('E_S3_CLOCK', `${said} Set the clock of this machine.`, { cause });
    case 'slow_down':
      return new RemoteFailure('E_S3_SLOW_DOWN', said, { cause, retryAfterMs: SLOW_DOWN_MS });
    case 'conflict':
      return new RemoteFailure('E_S3_CONFLICT', said, { cause });
    case 'damaged':
      return new RemoteFailure('E_S3_DAMAGED', `${said} The bytes were damaged on the way; nothing was stored.`, {
        cause,
      });
    case 'unusable':
      return new DataFailure('E_S3_UNUSABLE', said, { cause });
    case 'unavailable':
      return new RemoteFailure('E_S3_UNAVAILABLE', said, { cause });
  }
}

function kindOfStatus(status: number | undefined): Kind {
  if (status === undefined || status >= 500) return 'unavailable';
  if (status === 401 || status === 403 || status === 301) return 'refused';
  if (status === 404) return 'missing_object';
  if (status === 409 || status === 412) return 'conflict';
  return status === 429 ? 'slow_down' : 'unusable';
}
