import { fileURLToPath } from 'node:url';

import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import { z } from 'zod';

import type { Door } from '../guard/door.ts';
import { findIdentity } from '../guard/identity.ts';
import { Credentials, logIn } from '../guard/log-in.ts';
import { onlyOwnOrigin } from '../guard/own-origin.ts';
import { identityProvider } from '../guard/identity-provider.ts';
import { giveSession, isSecure } from '../guard/session-cookie.ts';
import { ownPath } from './own-path.ts';
import { loginPage } from './login-page.ts';
import { providerRoutes } from './provider-routes.ts';

const Form = Credentials.extend({ next: z.string().optional() });
const FILES = ['login.css', 'windrow.svg'] as const;

/** The page for people who are not logged in. */
export function loginRoutes(door: Door, limit: RequestHandler): Router {
  const router = Router();
  for (const name of FILES) router.get(`/${name}`, (_request, response) => response.sendFile(PLACES[name]));
  router.get('/', (request, response) => {
    const next = ownPath(request.query['next']);
    if (findIdentity(request) === undefined) show(door, response, { next });
    else response.redirect(303, next);
  });
  router.post(
    '/',
    onlyOwnOrigin(door.rules),
    limit,
    express.urlencoded({ extended: false, limit: '10kb' }),
    submit(door),
  );
  const { oidc } = door.rules;
  if (oidc !== undefined) {
    const refuse = (response: Response, problem: string): void => refuseLogin(door, response, problem);
    router.use('/oidc', providerRoutes({ door, provider: identityProvider(oidc), limit, refuse }));
  }
  return router;
}

const PLACES: Readonly<Record<(typeof FILES)[number], string>> = {
  'login.css': fileURLToPath(new URL('login.css', import.meta.url)),
  'windrow.svg': fileURLToPath(new URL('windrow.svg', import.meta.url)),
};

function submit(door: Door): RequestHandler {
  return async (request, response) => {
    const form = Form.safeParse(request.body);
    if (!form.success) {
      show(door, response.status(422), { next: '/', problem: 'Give a name and a password.' });
      return;
    }
    const { name } = form.data;
    const next = ownPath(form.data.next);
    const answer = await logIn(door, request, form.data);
    if (answer.kind === 'opened') {
      giveSession(door.rules, response, answer.session);
      response.set('Cache-Control', 'no-store').redirect(303, next);
      return;
    }
    if (answer.retryAfter !== undefined) response.set('Retry-After', String(answer.retryAfter));
    const status = answer.code === 'E_LOGIN_WRONG' ? 401 : 429;
    show(door, response.status(status), { next, name, problem: answer.detail });
  };
}

/** Shows the page with a reason; the status is set. */
export function refuseLogin(door: Door, response: Response, problem: string): void {
  show(door, response, { next: '/', problem });
}

function show(
  { rules }: Door,
  response: Response,
  content: { readonly next: string; readonly problem?: string; readonly name?: string },
): void {
  const { req: request } = response;
  const isInsecure = isSecure(rules, request) && !isEncrypted(request);
  response
    .set('Cache-Control', 'no-store')
    .send(loginPage({ ...content, isInsecure, hasProvider: rules.oidc !== undefined }));
}

/** As far as can be told: whoever adds TLS in front says so. */
function isEncrypted(request: Request): boolean {
  return request.secure || request.get('x-forwarded-proto') === 'https';
}
