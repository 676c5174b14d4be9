import express, { type Express, Router } from 'express';

import type { Windrow } from '#framework/operate';

import type { Live } from './api/live.ts';
import { apiRoutes } from './api/routes.ts';
import { API_PATH } from './api/openapi.ts';
import { checkHost } from './guard/check-host.ts';
import { demandIdentity } from './guard/demand-identity.ts';
import type { Door } from './guard/door.ts';
import { boardHeaders, pageHeaders } from './guard/headers.ts';
import { knowWho } from './guard/know-who.ts';
import { limitLogins } from './guard/limit-logins.ts';
import { onlyOwnOrigin } from './guard/own-origin.ts';
import { refuse } from './guard/refuse.ts';
import { sessionRoutes } from './guard/session-routes.ts';
import { loginRoutes, refuseLogin } from './login/login-routes.ts';
import { buildBoard } from './board.ts';
import { healthRoute } from './routes/health.ts';
import { refuseUnknown, showFailure } from './routes/refusals.ts';
import { runRoutes } from './routes/runs.ts';
import { webRoutes } from './web.ts';

/** Every request passes the guards from top to bottom, then one of the routes. */
export function buildApp(windrow: Windrow, door: Door, live: Live): Express {
  const { rules } = door;
  const app = express().disable('x-powered-by').set('query parser', 'simple');
  // Whoever is at the public address passes on where a request comes from; a neighbour alone is believed.
  if (rules.publicUrl !== undefined) app.set('trust proxy', 'loopback, linklocal, uniquelocal');
  app.use(pageHeaders(rules));
  if (rules.isLocal) app.use(checkHost(rules));
  app.use(healthRoute(windrow));
  app.use(knowWho(door));
  app.use(comeIn(door), demandIdentity, onlyOwnOrigin(rules));
  app.use('/queues', boardHeaders(rules), buildBoard(windrow));
  app.use(API_PATH, apiRoutes(windrow, door, live));
  app.use(runRoutes(windrow), webRoutes());
  app.use(refuseUnknown, showFailure(windrow.log));
  return app;
}

/** What is there for people who are not logged in yet. */
function comeIn(door: Door): Router {
  const limit = limitLogins((response, detail) => {
    if (response.req.originalUrl.startsWith('/api/')) refuse(response, 'E_TOO_MANY_TRIES', detail);
    else refuseLogin(door, response.status(429), detail);
  });
  return Router().use('/login', loginRoutes(door, limit)).use(`${API_PATH}/session`, sessionRoutes(door, limit));
}
