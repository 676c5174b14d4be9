import { ConfigFailure, DataFailure, type Failure, RemoteFailure, TimedOut } from '#framework';

/** An answer of Vault that reports a failure, whatever its HTTP status. */
export interface VaultProblem {
  /** What was asked, for the message: `list Direct Data files`. */
  readonly action: string;
  /** `errors[].type` or `errorType`; empty where the answer was not Vault's JSON. */
  readonly type: string;
  readonly message: string;
  readonly responseStatus: string;
  readonly httpStatus: number;
  readonly retryAfterMs: number | undefined;
}

type Sorter = (problem: VaultProblem) => Failure;

const ONE_MINUTE = 60_000;

const loginRefused: Sorter = (problem) =>
  new ConfigFailure(
    'E_VAULT_LOGIN_REFUSED',
    `${said(problem)} Check VAULT_USERNAME and VAULT_PASSWORD (or VAULT_PASSWORD_SECRET), and in Vault that the user is active and not locked.`,
    facts(problem),
  );

const noPermission: Sorter = (problem) =>
  new ConfigFailure(
    'E_VAULT_PERMISSION',
    `${said(problem)} Give the integration user the permissions listed in tasks/veeva/README.md.`,
    facts(problem),
  );

const requestRefused: Sorter = (problem) =>
  new DataFailure(
    'E_VAULT_REQUEST_REFUSED',
    `${said(problem)} The request cannot succeed as it is: compare VAULT_API_VERSION and, for a file, whether Vault still lists it.`,
    facts(problem),
  );

const sessionExpired: Sorter = (problem) =>
  new RemoteFailure('E_VAULT_SESSION_EXPIRED', `${said(problem)} A new session was refused as well.`, facts(problem));

/** Unlisted causes too: a few tries more do no harm, a window given up by mistake does. */
const tryAgain: Sorter = (problem) =>
  new RemoteFailure('E_VAULT_UNAVAILABLE', `${said(problem)} It is tried again.`, {
    ...facts(problem),
    ...delay(problem),
  });

const tryAgainIn =
  (usualMs: number): Sorter =>
  (problem) =>
    new RemoteFailure('E_VAULT_BUSY', `${said(problem)} It is tried again later.`, {
      ...facts(problem),
      retryAfterMs: problem.retryAfterMs ?? usualMs,
    });

/** Only administrators may enter, for as long as somebody configures the Vault: hours or days. */
const closed: Sorter = (problem) =>
  new RemoteFailure('E_VAULT_CLOSED', `${said(problem)} Windows wait until the Vault is open again.`, {
    ...facts(problem),
    retryAfterMs: problem.retryAfterMs ?? 10 * ONE_MINUTE,
  });

const BY_TYPE: Readonly<Record<string, Sorter>> = {
  NO_PASSWORD_PROVIDED: loginRefused,
  USERNAME_OR_PASSWORD_INCORRECT: loginRefused,
  USER_LOCKED_OUT: loginRefused,
  PASSWORD_CHANGE_REQUIRED: loginRefused,
  INACTIVE_USER: loginRefused,
  AUTHENTICATION_FAILED: loginRefused,
  INSUFFICIENT_ACCESS: noPermission,
  OPERATION_NOT_ALLOWED: noPermission,
  METHOD_NOT_SUPPORTED: requestRefused,
  MALFORMED_URL: requestRefused,
  PARAMETER_REQUIRED: requestRefused,
  INVALID_DATA: requestRefused,
  ATTRIBUTE_NOT_SUPPORTED: requestRefused,
  INVALID_SESSION_ID: sessionExpired,
  API_LIMIT_EXCEEDED: tryAgainIn(ONE_MINUTE),
  CONFIGURATION_MODE_ENABLED: closed,
};

/** Sorts what Vault answered into a failure of ours. */
export function vaultFailure(problem: VaultProblem): Failure {
  if (problem.responseStatus === 'EXCEPTION') return tryAgain(problem);
  const sorter = BY_TYPE[problem.type];
  if (sorter !== undefined) return sorter(problem);
  return problem.type === '' && isRefusal(problem.httpStatus) ? refusedByHttp(problem) : tryAgain(problem);
}

/** 4xx without Vault's own error: the address is wrong or something stands between. 408 and 429 pass with time. */
function isRefusal(status: number): boolean {
  return status >= 300 && status < 500 && status !== 408 && status !== 429;
}

function refusedByHttp(problem: VaultProblem): Failure {
  return new ConfigFailure(
    'E_VAULT_HTTP_REFUSED',
    `${said(problem)} Check VAULT_URL or VAULT_DNS, and VAULT_API_VERSION: Vault itself answers with status 200 and JSON.`,
    facts(problem),
  );
}

function said({ action, type, message, httpStatus }: VaultProblem): string {
  const cause = type === '' ? `HTTP status ${httpStatus}: ${message}` : `${type}: ${message}`;
  return `Vault refused to ${action} (${cause.replace(/\.+$/, '')}).`;
}

function facts({ type, httpStatus, responseStatus }: VaultProblem) {
  return { details: { type, httpStatus, responseStatus } };
}

function delay({ retryAfterMs }: VaultProblem) {
  return retryAfterMs === undefined ? {} : { retryAfterMs };
}

const TIMEOUTS = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT']);

/** Sorts what the connection itself reported: refused, reset, cut off, or silent for too long. */
export function connectionFailure(error: unknown, what: string): Failure {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  const message = error instanceof Error ? error.message : String(error);
  if (TIMEOUTS.has(code)) {
    return new TimedOut(
      'E_VAULT_TIMEOUT',
      `Vault stayed silent for too long: ${what} (${message}). Raise VAULT_TIMEOUT_SECONDS or VAULT_IDLE_TIMEOUT_SECONDS if this goes on.`,
      { cause: error },
    );
  }
  return new RemoteFailure(
    'E_VAULT_UNREACHABLE',
    `The connection to Vault failed: ${what} (${code === '' ? message : `${code}: ${message}`}).`,
    { cause: error },
  );
}
