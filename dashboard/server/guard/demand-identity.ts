import type { Request, RequestHandler } from 'express';

import { type Role, coversRole } from '#framework/operate';

import { html } from '../html/html.ts';
import type { Door } from './door.ts';
import { findIdentity, identityOf } from './identity.ts';
import { READS } from './own-origin.ts';
import { refuse } from './refuse.ts';

/** Lets in whoever is known. People are led to the login and back; programs are told. */
export const demandIdentity: RequestHandler = (request, response, next) => {
  if (findIdentity(request) !== undefined) {
    next();
    return;
  }
  response.set('Cache-Control', 'no-store');
  if (!READS.has(request.method) || !wantsPage(request)) {
    response.set('WWW-Authenticate', 'Bearer realm="Windrow"');
    refuse(response, 'E_NOT_LOGGED_IN', 'Log in at /login, or send a token: "authorization: Bearer wr_…".');
    return;
  }
  const login = `/login?next=${encodeURIComponent(request.originalUrl)}`;
  // Whoever is logged in all the same is led back from there. To the same address it would be a reload, which stays cross-site.
  if (request.get('sec-fetch-site') === 'cross-site') {
    response.send(goOnTo(login));
    return;
  }
  response.redirect(303, login);
};

function wantsPage(request: Request): boolean {
  return !request.path.startsWith('/api/') && (request.get('accept') ?? '').includes('text/html');
}

/** Behind a link of another site a browser sends no strict cookie; behind one of this page it does. */
export function goOnTo(url: string): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="refresh" content="0;url=${url}" />
        <title>Windrow</title>
      </head>
      <body>
        <a href="${url}">Go on to Windrow</a>
      </body>
    </html> `.toString();
}

/** Lets in whoever has a role. What others ask for is noted and refused. */
export function demandRole({ access }: Door, role: Role): RequestHandler {
  return async (request, response, next) => {
    const identity = identityOf(request);
    if (coversRole(identity.role, role)) {
      next();
      return;
    }
    const asked = `${request.method} ${request.originalUrl.replace(/\?.*/, '')}`;
    await access.noteRefused(identity.actor, asked);
    refuse(response, 'E_FORBIDDEN', `${asked} demands the role ${role}, and ${identity.actor} is ${identity.role}.`);
  };
}
