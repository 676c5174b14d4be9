import type { RequestHandler } from 'express';

const NAMES: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Against DNS rebinding: a web page of somebody else can make its own name mean 127.0.0.1 and then read what a server here
 * answers, but it cannot make the browser send another name than its own.
 */
export const checkHost: RequestHandler = (request, response, next) => {
  const name = (request.get('host') ?? '').replace(/:\d+$/, '').toLowerCase();
  if (NAMES.has(name)) {
    next();
    return;
  }
  response
    .status(421)
    .type('text/plain')
    .send('This dashboard answers to 127.0.0.1, localhost and [::1] only, because it listens on this machine alone.\n');
};
