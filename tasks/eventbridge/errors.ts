import { ConfigFailure, type Failure, RemoteFailure } from '#framework';

/** What an error of the SDK carries, as far as it is sorted by. */
export interface VendorError {
  readonly name: string;
  readonly message: string;
}

type Kind = 'missing_rule' | 'refused' | 'managed' | 'throttled' | 'unavailable';

const KINDS: Readonly<Record<string, Kind>> = {
  ResourceNotFoundException: 'missing_rule',
  AccessDeniedException: 'refused',
  UnrecognizedClientException: 'refused',
  InvalidSignatureException: 'refused',
  ExpiredTokenException: 'refused',
  CredentialsProviderError: 'refused',
  ManagedRuleException: 'managed',
  ThrottlingException: 'throttled',
  ConcurrentModificationException: 'throttled',
};

const THROTTLED_MS = 1000;
const ACTIONS = 'events:DescribeRule, DisableRule, EnableRule, ListTagsForResource, TagResource and UntagResource';

/** Sorts an error of EventBridge. */
export function failureOf(error: VendorError, ruleArn: string, cause: unknown): Failure {
  const said = `Cannot change ${ruleArn}: EventBridge answered ${error.name}: ${error.message.replace(/\.$/, '')}.`;
  switch (KINDS[error.name] ?? 'unavailable') {
    case 'missing_rule':
      return new ConfigFailure(
        'E_EVENTBRIDGE_RULE_MISSING',
        `${said} Create the rule, or correct EVENTBRIDGE_RULE_ARN.`,
        { cause },
      );
    case 'refused':
      return new ConfigFailure('E_EVENTBRIDGE_REFUSED', `${said} Check the AWS credentials and grant ${ACTIONS}.`, {
        cause,
      });
    case 'managed':
      return new ConfigFailure(
        'E_EVENTBRIDGE_MANAGED',
        `${said} An AWS service owns the rule; name one of your own in EVENTBRIDGE_RULE_ARN.`,
        { cause },
      );
    case 'throttled':
      return new RemoteFailure('E_EVENTBRIDGE_THROTTLED', said, { cause, retryAfterMs: THROTTLED_MS });
    case 'unavailable':
      return new RemoteFailure('E_EVENTBRIDGE_UNAVAILABLE', said, { cause });
  }
}
