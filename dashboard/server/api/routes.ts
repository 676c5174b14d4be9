import express, { type RequestHandler, Router } from 'express';

import type { Windrow } from '#framework/operate';

import { demandRole } from '../guard/demand-identity.ts';
import type { Door } from '../guard/door.ts';
import { identityOf } from '../guard/identity.ts';
import { assetDesk } from './assets/asset-desk.ts';
import type { Asked, Endpoint } from './endpoint.ts';
import { ENDPOINTS } from './endpoints.ts';
import type { Live } from './live.ts';
import { EVENTS_PATH, openApi } from './openapi.ts';
import { Problem } from './problem.ts';
import { onlyJson } from './only-json.ts';
import { LOG_FILE_PATH, taskLogFile } from './task-log-file.ts';
import { tellProblem } from './tell-problem.ts';

/** The REST API, to be mounted behind the guards. */
export function apiRoutes(windrow: Windrow, door: Door, live: Live): Router {
  const router = Router();
  const document = openApi(ENDPOINTS);
  const assets = assetDesk(windrow);
  router.use(notKept, tellClock(windrow), onlyJson, express.json({ limit: '100kb' }));
  router.get('/openapi.json', (_request, response) => void response.json(document));
  router.get(EVENTS_PATH, live.stream);
  router.get(LOG_FILE_PATH, demandRole(door, 'viewer'), taskLogFile(windrow));
  const desk = { windrow, assets, access: door.access };
  for (const endpoint of ENDPOINTS)
    router[endpoint.method](endpoint.path, demandRole(door, endpoint.role), answering(endpoint, desk));
  router.use(refuseUnknown, tellProblem(windrow.log));
  return router;
}

// What runs changes from one moment to the next.
const notKept: RequestHandler = (_request, response, next) => {
  response.set('Cache-Control', 'no-store');
  next();
};

/** By which clock windows are due: a demo lets its own run ahead, and that of a browser may be wrong. */
function tellClock({ clock }: Windrow): RequestHandler {
  return (_request, response, next) => {
    response.set('Windrow-Clock', clock.now().toString({ smallestUnit: 'millisecond' }));
    next();
  };
}

function answering(endpoint: Endpoint, desk: Omit<Asked, 'actor'>): RequestHandler {
  return async (request, response) => {
    const { params, query } = request;
    const body: unknown = request.body;
    response.json(await endpoint.answerTo({ ...desk, actor: identityOf(request).actor }, { params, query, body }));
  };
}

const refuseUnknown: RequestHandler = ({ method, path }) => {
  throw new Problem('E_NOT_FOUND', `There is no endpoint ${method} ${path}. See openapi.json.`);
};
