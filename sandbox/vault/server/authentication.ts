import type { Vault } from '../vault.ts';
import { type Call, readForm } from './call.ts';
import { type ApiErrorType, failure, type Reply, success } from './reply.ts';

export const USER_ID = 12_021;

/**
 * A login. One that asks for a Vault that is not here succeeds all the same, for this Vault: the caller has to
 * compare `vaultId`.
 */
export async function authenticate(vault: Vault, call: Call): Promise<Reply> {
  if (vault.logins.areTooMany) return refused('API_LIMIT_EXCEEDED', 'The limit of login calls in a minute is reached.');
  const form = await readForm(call.request).catch(() => new Map<string, string>());
  const password = form.get('password') ?? '';
  if (password === '') return refused('NO_PASSWORD_PROVIDED', 'No password was provided for the login call.');
  const { options, logins } = vault;
  if (form.get('username') !== options.username) return WRONG;
  if (logins.isLocked) return refused('USER_LOCKED_OUT', 'The user is locked out.');
  const isRight = password === options.password;
  logins.passwordWas(isRight ? 'right' : 'wrong');
  return isRight ? loggedIn(vault) : WRONG;
}

const WRONG = refused(
  'USERNAME_OR_PASSWORD_INCORRECT',
  'Authentication failed for user: user name or password is wrong.',
);

function loggedIn(vault: Vault): Reply {
  const { options, sessions, faults } = vault;
  const other = faults.strike('other_vault');
  const id = other?.vaultId ?? options.vaultId;
  const url = `${other === undefined ? vault.url : `https://${other.host}`}/api`;
  const vaultIds = [{ id, name: 'PromoMats', url }];
  return success({ sessionId: sessions.begin(), userId: USER_ID, vaultIds, vaultId: id });
}

function refused(type: ApiErrorType, message: string): Reply {
  return failure(type, message, { errorType: 'AUTHENTICATION_FAILED' });
}
