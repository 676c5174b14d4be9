import { type Request, type RequestHandler, type Response, Router } from 'express';

import { goOnTo } from '../guard/demand-identity.ts';
import type { Door } from '../guard/door.ts';
import { type IdentityProvider, LoginProof } from '../guard/identity-provider.ts';
import { giveProof, giveSession, takeProof } from '../guard/session-cookie.ts';
import { ownPath } from './own-path.ts';

export interface ProviderDoor {
  readonly door: Door;
  readonly provider: IdentityProvider;
  readonly limit: RequestHandler;
  /** Shows the login page with a reason. */
  readonly refuse: (response: Response, problem: string) => void;
}

/** The way to the identity provider and back: `/login/oidc`, `/login/oidc/callback`. */
export function providerRoutes({ door, provider, limit, refuse }: ProviderDoor): Router {
  const { rules, sessions, log } = door;
  const back = (request: Request): string =>
    `${rules.publicUrl?.origin ?? `http://${request.get('host') ?? ''}`}/login/oidc/callback`;
  const router = Router();
  router.get('/', limit, async (request, response) => {
    try {
      const { url, proof } = await provider.begin(back(request), ownPath(request.query['next']));
      giveProof(rules, response, JSON.stringify(proof));
      response.set('Cache-Control', 'no-store').redirect(303, url.href);
    } catch (error) {
      log.error('The identity provider cannot be reached', { error: String(error) });
      refuse(response.status(502), 'The identity provider does not answer. Try again, or log in with a password.');
    }
  });
  router.get('/callback', limit, async (request, response) => {
    try {
      const proof = LoginProof.parse(JSON.parse(takeProof(rules, response) ?? 'null'));
      const { search } = new URL(request.originalUrl, rules.publicUrl?.origin ?? 'http://windrow.invalid');
      const { actor, role } = await provider.finish(new URL(search, back(request)), proof);
      if (role === undefined) {
        refuse(response.status(403), `${actor} is known, and has no role here. An admin gives roles to groups.`);
        return;
      }
      giveSession(rules, response, await sessions.open({ actor, role, address: request.ip ?? 'unknown' }));
      // A redirect would still count as coming from the provider, and the strict cookie would not be sent.
      response.set('Cache-Control', 'no-store').send(goOnTo(proof.next));
    } catch (error) {
      log.warn('A login by the identity provider was refused', { error: String(error) });
      refuse(response.status(401), 'The answer of the identity provider cannot be believed. Log in again.');
    }
  });
  return router;
}
