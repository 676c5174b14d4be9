import { ConfigFailure, DataFailure, type Failure, RemoteFailure } from '#framework';

/** What an error of the SDK carries, as far as it is sorted by. */
export interface VendorError {
  readonly name: string;
  readonly message: string;
}

type Kind = 'missing_topic' | 'refused' | 'throttled' | 'unusable' | 'unavailable';

const KINDS: Readonly<Record<string, Kind>> = {
  NotFoundException: 'missing_topic',
  AuthorizationErrorException: 'refused',
  SignatureDoesNotMatch: 'refused',
  InvalidClientTokenId: 'refused',
  ExpiredToken: 'refused',
  CredentialsProviderError: 'refused',
  KMSAccessDeniedException: 'refused',
  InvalidSecurityException: 'refused',
  ThrottledException: 'throttled',
  Throttled: 'throttled',
  Throttling: 'throttled',
  InvalidParameterException: 'unusable',
  InvalidParameterValueException: 'unusable',
};

const THROTTLED_MS = 1000;

/** Sorts an error of SNS. */
export function failureOf(error: VendorError, topicArn: string, cause: unknown): Failure {
  const said = `Cannot publish to ${topicArn}: SNS answered ${error.name}: ${error.message.replace(/\.$/, '')}.`;
  switch (KINDS[error.name] ?? 'unavailable') {
    case 'missing_topic':
      return new ConfigFailure('E_SNS_TOPIC_MISSING', `${said} Create the topic, or correct SNS_TOPIC_ARN.`, { cause });
    case 'refused':
      return new ConfigFailure('E_SNS_REFUSED', `${said} Check the AWS credentials and grant sns:Publish.`, { cause });
    case 'throttled':
      return new RemoteFailure('E_SNS_THROTTLED', said, { cause, retryAfterMs: THROTTLED_MS });
    case 'unusable':
      return new DataFailure('E_SNS_UNUSABLE', said, { cause });
    case 'unavailable':
      return new RemoteFailure('E_SNS_UNAVAILABLE', said, { cause });
  }
}
