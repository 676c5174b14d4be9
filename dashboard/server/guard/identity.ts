import type { Request } from 'express';

import { Bug } from '#framework';
import type { Role } from '#framework/operate';

/** Who asks. */
export interface Identity {
  /** As histories and the audit log name them. */
  readonly actor: string;
  readonly role: Role;
  /** `local`: anybody at this machine, where nobody has to log in. */
  readonly via: 'session' | 'token' | 'local';
}

const KNOWN = new WeakMap<Request, Identity>();

export function rememberIdentity(request: Request, identity: Identity): void {
  KNOWN.set(request, identity);
}

export function findIdentity(request: Request): Identity | undefined {
  return KNOWN.get(request);
}

/** Of a request that the guards have let in. */
export function identityOf(request: Request): Identity {
  const identity = KNOWN.get(request);
  if (identity !== undefined) return identity;
  throw new Bug('E_UNGUARDED', `Nobody has asked who sends ${request.method} ${request.path}.`);
}
