import type { Request, RequestHandler } from 'express';

import type { Door } from './door.ts';
import { type Identity, rememberIdentity } from './identity.ts';
import { sessionToken } from './session-cookie.ts';

/** Finds out who asks, if that can be found out. A token that is shown is all that counts. */
export function knowWho(door: Door): RequestHandler {
  return async (request, _response, next) => {
    const identity = await identify(door, request);
    if (identity !== undefined) rememberIdentity(request, identity);
    next();
  };
}

async function identify(door: Door, request: Request): Promise<Identity | undefined> {
  const shown = request.get('authorization');
  if (shown !== undefined) return ofToken(door, shown);
  const session = sessionToken(door.rules, request);
  const found = session === undefined ? undefined : await door.sessions.find(session);
  if (found !== undefined) return { actor: found.actor, role: found.role, via: 'session' };
  return (await isOpen(door, request)) ? { actor: 'local', role: 'admin', via: 'local' } : undefined;
}

async function ofToken({ access }: Door, shown: string): Promise<Identity | undefined> {
  const [, text] = /^Bearer ([\w-]+)$/i.exec(shown) ?? [];
  const token = text === undefined ? undefined : await access.tokens.find(text);
  return token === undefined ? undefined : { actor: `token:${token.name}`, role: token.role, via: 'token' };
}

/** Whether whoever sits at this machine is let in: as long as nobody is named who may come in, and nothing passes on requests. */
async function isOpen({ rules, access }: Door, request: Request): Promise<boolean> {
  if (rules.asksAlways || PASSED_ON.some((name) => request.get(name) !== undefined)) return false;
  return !(await access.users.any());
}

const PASSED_ON = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'];
