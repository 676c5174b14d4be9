import express, { type RequestHandler, Router } from 'express';

import { tellProblem } from '../api/tell-problem.ts';
import type { Door } from './door.ts';
import { findIdentity } from './identity.ts';
import { Credentials, logIn } from './log-in.ts';
import { onlyOwnOrigin } from './own-origin.ts';
import { refuse } from './refuse.ts';
import { giveSession, sessionToken, takeSession } from './session-cookie.ts';

/** Who is logged in, and logging in and out: GET, POST and DELETE. */
export function sessionRoutes(door: Door, limit: RequestHandler): Router {
  const { rules, sessions } = door;
  const router = Router();
  router.use(onlyOwnOrigin(rules));
  router.get('/', tellWho);
  router.post('/', limit, express.json({ limit: '10kb' }), async (request, response) => {
    const credentials = Credentials.safeParse(request.body);
    if (!credentials.success) {
      refuse(response, 'E_REQUEST_UNUSABLE', 'Send { "name": "…", "password": "…" } as application/json.');
      return;
    }
    const answer = await logIn(door, request, credentials.data);
    if (answer.kind === 'opened') {
      giveSession(rules, response, answer.session);
      response.set('Cache-Control', 'no-store').status(201);
      response.json({ expiresAt: answer.session.expiresAt.toString() });
      return;
    }
    if (answer.retryAfter !== undefined) response.set('Retry-After', String(answer.retryAfter));
    refuse(response, answer.code, answer.detail);
  });
  router.delete('/', async (request, response) => {
    const token = sessionToken(rules, request);
    if (token !== undefined) await sessions.close(token);
    takeSession(rules, response);
    response.status(204).end();
  });
  router.use(tellProblem(door.log));
  return router;
}

const tellWho: RequestHandler = (request, response) => {
  const identity = findIdentity(request);
  response.set('Cache-Control', 'no-store');
  if (identity === undefined) refuse(response, 'E_NOT_LOGGED_IN', 'Nobody is logged in. Log in at /login.');
  else response.json(identity);
};
