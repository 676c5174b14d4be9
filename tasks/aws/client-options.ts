/** Where one service of AWS is, or what stands in for it. */
export interface AwsAddress {
  readonly region: string;
  /** Where a compatible server or a stand-in listens; absent for AWS itself. */
  readonly endpoint: string | undefined;
}

/** Instead of the SDK's default chain of credentials. */
export interface FixedAccess {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** How long a connection may be silent; {@link SILENCE_MS} when absent. */
  readonly silenceMs?: number;
}

/** What every client of the SDK is made with. */
export interface AwsClientOptions {
  readonly region: string;
  readonly maxAttempts: number;
  readonly requestHandler: { readonly connectionTimeout: number; readonly socketTimeout: number };
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

const MOST_ATTEMPTS = 5;
const CONNECT_MS = 10_000;
/** Longer than the 30 s for which the Data API holds an answer back. */
const SILENCE_MS = 45_000;

/**
 * The SDK waits for ever on a connection over which nothing comes, as a dropped NAT entry leaves one behind: so each
 * connection has a limit, after which the SDK tries again.
 * @param attempts 1 where the connector retries by itself
 */
export function awsClient(
  { region, endpoint }: AwsAddress,
  access?: FixedAccess,
  attempts = MOST_ATTEMPTS,
): AwsClientOptions {
  return {
    region,
    maxAttempts: attempts,
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: access?.silenceMs ?? SILENCE_MS },
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(access === undefined
      ? {}
      : { credentials: { accessKeyId: access.accessKeyId, secretAccessKey: access.secretAccessKey } }),
  };
}
