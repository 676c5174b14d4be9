import { Router } from 'express';
import { z } from 'zod';

import { type Windrow, findRun } from '#framework/operate';

import { Refusal } from '../refusal.ts';

const Params = z.object({
  id: z
    .string()
    .regex(/^[1-9]\d{0,14}$/)
    .transform(Number),
});

export function runRoutes({ store }: Windrow): Router {
  const router = Router();
  // Where a job of a queue leads: its record, or its run where the dag keeps no records.
  router.get('/runs/:id/record', async (request, response) => {
    const params = Params.safeParse(request.params);
    const run = params.success ? await findRun(store.database, params.data.id) : undefined;
    if (run === undefined) throw new Refusal(404, `There is no run ${request.params.id}.`);
    response.redirect(302, run.recordId === null ? `/runs/${run.id}` : `/records/${run.recordId}`);
  });
  return router;
}
