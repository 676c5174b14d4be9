import { ConfigFailure, type Failure, RemoteFailure } from '#framework';

/** What an error of the SDK carries, as far as it is sorted by. */
export interface VendorError {
  readonly name: string;
  readonly message: string;
  readonly status: number | undefined;
}

/** The table that an error is about, for the message. */
export interface TableAddress {
  readonly table: string;
  readonly region: string;
}

type Kind = 'missing_table' | 'refused' | 'throttled' | 'mistaken' | 'unavailable';

const KINDS: Readonly<Record<string, Kind>> = {
  ResourceNotFoundException: 'missing_table',
  AccessDeniedException: 'refused',
  UnrecognizedClientException: 'refused',
  InvalidSignatureException: 'refused',
  MissingAuthenticationTokenException: 'refused',
  ExpiredTokenException: 'refused',
  CredentialsProviderError: 'refused',
  ProvisionedThroughputExceededException: 'throttled',
  RequestLimitExceeded: 'throttled',
  ThrottlingException: 'throttled',
  ResourceInUseException: 'unavailable',
  TransactionConflictException: 'unavailable',
  ValidationException: 'mistaken',
};

const THROTTLED_MS = 1000;

/** Sorts an error of DynamoDB. `what` says what was tried: `read the watermark`. */
export function failureOf(
  error: VendorError,
  what: string,
  context: TableAddress & { readonly cause: unknown },
): Failure {
  const { table, region, cause } = context;
  const said = `Cannot ${what}: DynamoDB answered ${error.name} for the table ${table}: ${error.message.replace(/\.$/, '')}.`;
  switch (KINDS[error.name] ?? 'unavailable') {
    case 'missing_table':
      return new ConfigFailure(
        'E_STATE_TABLE_MISSING',
        `Cannot ${what}: there is no DynamoDB table ${table} in ${region}. Create it with "${createCommand(context)}", ` +
          'or set DYNAMODB_CREATE_TABLE=true, or correct STATE_TABLE_NAME.',
        { cause },
      );
    case 'refused':
      return new ConfigFailure(
        'E_DYNAMODB_REFUSED',
        `${said} Check the AWS credentials, their permissions and AWS_REGION.`,
        { cause },
      );
    case 'mistaken':
      return new ConfigFailure(
        'E_DYNAMODB_TABLE_UNFIT',
        `${said} The table must have the key process_id of type S and no sort key.`,
        { cause },
      );
    case 'throttled':
      return new RemoteFailure('E_DYNAMODB_THROTTLED', said, { cause, retryAfterMs: THROTTLED_MS });
    case 'unavailable':
      return new RemoteFailure('E_DYNAMODB_UNAVAILABLE', said, { cause });
  }
}

function createCommand({ table, region }: TableAddress): string {
  return (
    `aws dynamodb create-table --region ${region} --table-name ${table} --billing-mode PAY_PER_REQUEST ` +
    '--attribute-definitions AttributeName=process_id,AttributeType=S --key-schema AttributeName=process_id,KeyType=HASH'
  );
}
