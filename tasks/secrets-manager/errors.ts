import { ConfigFailure, type Failure, RemoteFailure } from '#framework';

/** What an error of the SDK carries, as far as it is sorted by. */
export interface VendorError {
  readonly name: string;
  readonly message: string;
}

type Kind = 'missing' | 'refused' | 'throttled' | 'unavailable';

const KINDS: Readonly<Record<string, Kind>> = {
  ResourceNotFoundException: 'missing',
  InvalidRequestException: 'missing',
  InvalidParameterException: 'missing',
  AccessDeniedException: 'refused',
  UnrecognizedClientException: 'refused',
  InvalidSignatureException: 'refused',
  ExpiredTokenException: 'refused',
  CredentialsProviderError: 'refused',
  DecryptionFailure: 'refused',
  ThrottlingException: 'throttled',
};

const THROTTLED_MS = 1000;

/** Sorts an error of Secrets Manager. Its messages name secrets, never their text. */
export function failureOf(error: VendorError, arn: string, cause: unknown): Failure {
  const said = `Cannot read the secret ${arn}: Secrets Manager answered ${error.name}: ${error.message.replace(/\.$/, '')}.`;
  switch (KINDS[error.name] ?? 'unavailable') {
    case 'missing':
      return new ConfigFailure(
        'E_SECRET_MISSING',
        `${said} Create or restore the secret, or correct its ARN in the settings.`,
        { cause },
      );
    case 'refused':
      return new ConfigFailure(
        'E_SECRET_REFUSED',
        `${said} Check the AWS credentials and grant secretsmanager:GetSecretValue.`,
        { cause },
      );
    case 'throttled':
      return new RemoteFailure('E_SECRET_THROTTLED', said, { cause, retryAfterMs: THROTTLED_MS });
    case 'unavailable':
      return new RemoteFailure('E_SECRET_UNAVAILABLE', said, { cause });
  }
}
