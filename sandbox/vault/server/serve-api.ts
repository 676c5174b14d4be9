import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { FaultSubject } from '../faults/fault-board.ts';
import type { Vault } from '../vault.ts';
import { authenticate, USER_ID } from './authentication.ts';
import type { Burst } from './burst.ts';
import { type Call, recognise } from './call.ts';
import { documentFile, documentText } from './documents.ts';
import { download } from './download.ts';
import { listFiles } from './file-list.ts';
import { failure, type Reply, sendReply, success } from './reply.ts';

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Answers one call of the Vault API, with the faults in force. */
export async function serveApi(vault: Vault, burst: Burst, { request, response }: Exchange): Promise<void> {
  const recognised = recognise(request);
  const headers = { ...commonHeaders(vault, request), ...burst.headers() };
  if (recognised.kind !== 'call') {
    const type = recognised.kind === 'unknown' ? 'MALFORMED_URL' : 'METHOD_NOT_SUPPORTED';
    return sendReply(response, failure(type, `The resource [${request.url ?? ''}] does not exist.`), headers);
  }
  const { call } = recognised;
  const subject = subjectOf(call);
  const isLogin = call.endpoint === 'auth';
  const delay = vault.faults.strike('delay', subject)?.ms ?? (isLogin ? vault.logins.begin() : 0);
  if (delay > 0) await pause(delay);
  if (!BODIES.has(call.endpoint) && vault.faults.strike('reset', subject) !== undefined) {
    response.destroy();
    return undefined;
  }
  const late = delay === 0 ? {} : { 'X-VaultAPI-ResponseDelay': String(delay) };
  const limits = isLogin ? vault.logins.headers() : {};
  const reply = await answer(vault, call, subject);
  return sendReply(response, reply, { ...headers, ...limits, ...late, ...burstLeft(vault, subject) });
}

function burstLeft({ faults }: Vault, subject: FaultSubject): Record<string, string> {
  const left = faults.strike('burst_remaining', subject);
  return left === undefined ? {} : { 'X-VaultAPI-BurstLimitRemaining': String(left.remaining) };
}

async function answer(vault: Vault, call: Call, subject: FaultSubject): Promise<Reply> {
  const { faults, sessions } = vault;
  const status = faults.strike('status', subject);
  if (status !== undefined) return { kind: 'status', status: status.status };
  if (faults.strike('session_expired', subject) !== undefined) sessions.endAll();
  const fault = faults.strike('failure', subject);
  if (fault !== undefined) return faultReply(fault.type, fault.status ?? 'FAILURE');
  if (call.version !== '' && !isKnownVersion(call.version)) {
    return failure('MALFORMED_URL', `The API version ${call.version} is not supported.`);
  }
  if (OPEN.has(call.endpoint) || sessions.use(call.session)) return await HANDLERS[call.endpoint](vault, call);
  return failure('INVALID_SESSION_ID', 'Invalid or expired session ID.', { errorType: 'GENERAL' });
}

/** Where a connection breaks inside the answer. */
const BODIES = new Set<Call['endpoint']>(['download', 'document_file', 'document_text']);

const OPEN = new Set<Call['endpoint']>(['auth']);

type Handler = (vault: Vault, call: Call) => Reply | Promise<Reply>;

const HANDLERS: Record<Call['endpoint'], Handler> = {
  auth: authenticate,
  versions: ({ url }) =>
    success({ values: Object.fromEntries(VERSIONS.map((version) => [version, `${url}/api/${version}`])) }),
  me: ({ options }) =>
    success({
      users: [
        { user: { id: USER_ID, user_name__v: options.username, active__v: true, vault_id__v: [options.vaultId] } },
      ],
    }),
  keep_alive: () => success(),
  session: (vault, call) => {
    vault.sessions.end(call.session);
    return success();
  },
  list: listFiles,
  download,
  document_file: documentFile,
  document_text: documentText,
};

/** Direct Data exists from v24.1 on. */
const VERSIONS = [24, 25, 26].flatMap((year) => [1, 2, 3].map((release) => `v${year}.${release}`)).slice(0, -1);

function isKnownVersion(version: string): boolean {
  return VERSIONS.includes(version);
}

function subjectOf(call: Call): FaultSubject {
  return { endpoint: call.endpoint, names: [call.part, call.part.replace(/\.\d+$/, ''), call.document] };
}

/** Failures of a login say so twice. */
function faultReply(type: Parameters<typeof failure>[0], status: 'FAILURE' | 'EXCEPTION'): Reply {
  const errorType = LOGIN_ERRORS.has(type) ? { errorType: 'AUTHENTICATION_FAILED' } : {};
  return failure(type, `${type}: the stand-in was told to fail.`, { ...errorType, responseStatus: status });
}

const LOGIN_ERRORS = new Set<string>([
  'NO_PASSWORD_PROVIDED',
  'USERNAME_OR_PASSWORD_INCORRECT',
  'USER_LOCKED_OUT',
  'PASSWORD_CHANGE_REQUIRED',
  'INACTIVE_USER',
]);

function commonHeaders({ options }: Vault, request: IncomingMessage): Record<string, string> {
  const reference = request.headers['x-vaultapi-referenceid'];
  const session = (request.headers.authorization ?? '').replace(/^Bearer /, '');
  return {
    'X-VaultAPI-ExecutionId': randomUUID(),
    'X-VaultAPI-VaultId': String(options.vaultId),
    'X-VaultAPI-UserId': String(USER_ID),
    'X-VaultAPI-TruncatedSessionId': session.slice(0, 16),
    ...(typeof reference === 'string' ? { 'X-VaultAPI-ReferenceId': reference } : {}),
  };
}
