import type { RequestHandler } from 'express';

import { Problem } from './problem.ts';

/** A page of another site cannot send JSON without asking first, which nobody here allows. */
export const onlyJson: RequestHandler = (request, _response, next) => {
  if (request.method === 'GET' || request.method === 'HEAD' || typeof request.is('application/json') === 'string') {
    next();
    return;
  }
  throw new Problem('E_MEDIA_TYPE', 'Send the body as JSON, with the header "content-type: application/json".');
};
