import type { Request, RequestHandler } from 'express';

import type { AccessRules } from './access-rules.ts';
import { findIdentity } from './identity.ts';
import { refuse } from './refuse.ts';

/**
 * Keeps pages of other sites from changing anything with what a browser holds: a write says that it comes from a page of ours,
 * or shows a token, which no browser adds by itself.
 */
export function onlyOwnOrigin(rules: AccessRules): RequestHandler {
  return (request, response, next) => {
    if (READS.has(request.method) || findIdentity(request)?.via === 'token' || isOwn(rules, request)) {
      next();
      return;
    }
    refuse(response, 'E_FOREIGN_SITE', 'This was sent by a page of another site. Use the pages of this dashboard.');
  };
}

export const READS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

function isOwn(rules: AccessRules, request: Request): boolean {
  const site = request.get('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin') return false;
  const origin = request.get('origin');
  if (origin !== undefined) return hostOf(origin) === (rules.publicUrl?.host ?? request.get('host'));
  // A program at this machine, which holds no cookie, says nothing; a browser always does.
  return findIdentity(request)?.via === 'local';
}

// The scheme is left out: behind a proxy that adds TLS it differs.
function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
