import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import express, { Router } from 'express';

import { ConfigFailure } from '#framework';

const BUILT = fileURLToPath(new URL('../web/dist', import.meta.url));
const YEAR = '365d';

/**
 * The pages that run in the browser: their files, and for every other address the one document that decides by itself what it
 * shows. Mounted behind all other routes, so it gets what none of them has.
 * @throws ConfigFailure `E_DASHBOARD_UNBUILT` where the pages were not built
 */
export function webRoutes(built = BUILT): Router {
  if (!existsSync(`${built}/index.html`)) throw unbuilt(built);
  const router = Router();
  router.use('/app', express.static(`${built}/app`, { index: false, immutable: true, maxAge: YEAR }));
  router.use(express.static(built, { index: false, maxAge: 0 }));
  router.get(/^\/(?!api\/|app\/)/, (request, response, next) => {
    if (!request.accepts('html')) {
      next();
      return;
    }
    // From the disk at each request: a build behind a running dashboard has other file names in it.
    response.set('Cache-Control', 'no-cache').sendFile('index.html', { root: built, cacheControl: false });
  });
  return router;
}

function unbuilt(built: string): ConfigFailure {
  return new ConfigFailure(
    'E_DASHBOARD_UNBUILT',
    `The dashboard's web pages are not built: expected ${built}/index.html. Run "npm run build", which needs the development dependencies.`,
  );
}
