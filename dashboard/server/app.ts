import { fileURLToPath } from 'node:url';

import express, { type Express } from 'express';

import type { Windrow } from '#framework/operate';

import { type AccessRules } from './guard/access-rules.ts';
import { askCredentials } from './guard/ask-credentials.ts';
import { checkHost } from './guard/check-host.ts';
import { newFormToken } from './guard/form-token.ts';
import { boardHeaders, pageHeaders } from './guard/headers.ts';
import { buildBoard } from './board.ts';
import { dagRoutes } from './routes/dags.ts';
import { healthRoute } from './routes/health.ts';
import { homeRoute } from './routes/home.ts';
import { pluginRoutes } from './routes/plugins.ts';
import { recordRoutes } from './routes/records.ts';
import { refuseUnknown, showFailure } from './routes/refusals.ts';
import { runRoutes } from './routes/runs.ts';

/** Every request passes the guards from top to bottom, then one of the routes. */
export function buildApp(windrow: Windrow, access: AccessRules): Express {
  const token = newFormToken();
  const desk = { windrow, token };
  const app = express().disable('x-powered-by').set('query parser', 'simple');
  app.use(pageHeaders());
  if (access.isLocal) app.use(checkHost);
  app.use(healthRoute(windrow));
  if (access.kind === 'credentials') app.use(askCredentials(access.credentials));
  app.use('/assets', express.static(fileURLToPath(new URL('assets', import.meta.url)), { index: false }));
  app.use('/queues', boardHeaders(), buildBoard(windrow));
  app.use(express.urlencoded({ extended: false, limit: '10kb' }));
  app.use(homeRoute(desk), dagRoutes(desk), recordRoutes(desk), runRoutes(desk), pluginRoutes(desk));
  app.use(refuseUnknown, showFailure(windrow.log));
  return app;
}
