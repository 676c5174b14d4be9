import { Router } from 'express';

import type { Windrow } from '#framework/operate';

/** For whatever watches the process: answers without credentials, and says nothing but whether the database is there. */
export function healthRoute({ store, log }: Windrow): Router {
  return Router().get('/healthz', async (_request, response) => {
    response.set('Cache-Control', 'no-store');
    try {
      await store.database.run({ text: 'select 1' });
      response.json({ status: 'ok' });
    } catch (error) {
      log.warn('The dashboard cannot reach the database', { error: String(error) });
      response.status(503).json({ status: 'database_unreachable' });
    }
  });
}
