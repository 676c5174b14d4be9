import { type Request, Router } from 'express';

import { loadSections } from '#framework/operate';

import { page } from '../html/page.ts';
import { pluginsPage } from '../pages/plugins.ts';
import { type Desk, notFound } from './desk.ts';

/** What plugins show: a page for people, and the same as JSON. */
export function pluginRoutes({ windrow }: Desk): Router {
  const router = Router();
  router.get('/plugins', async (_request, response) => {
    response.send(page({ title: 'Plugins', body: pluginsPage(await loadSections(windrow)) }));
  });
  router.get('/api/plugins/sections', async (_request, response) => {
    response.json(await loadSections(windrow));
  });
  router.get(
    '/api/plugins/:plugin/sections/:id',
    async (request: Request<{ plugin: string; id: string }>, response) => {
      const { plugin, id } = request.params;
      const [section] = await loadSections(windrow, { plugin, id });
      if (section === undefined) throw notFound('section', `${plugin}/${id}`);
      response.json(section);
    },
  );
  return router;
}
