import { Router } from 'express';
import { z } from 'zod';

import { operations } from '#framework/operate';

import { DASHBOARD, type Desk, notFound } from './desk.ts';

const Params = z.object({ id: z.string() });

export function dagRoutes({ windrow, token }: Desk): Router {
  const { pauseDag, unpauseDag } = operations(windrow);
  const router = Router();
  for (const [verb, act] of [
    ['pause', pauseDag],
    ['unpause', unpauseDag],
  ] as const) {
    router.post(`/dags/:id/${verb}`, token.check, async (request, response) => {
      const { id } = Params.parse(request.params);
      const switched = await act(id, DASHBOARD);
      if (switched.kind === 'not_found') throw notFound('dag', id);
      response.redirect(303, `/?notice=${switched.kind}`);
    });
  }
  return router;
}
