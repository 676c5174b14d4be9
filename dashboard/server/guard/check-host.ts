import type { RequestHandler } from 'express';

import type { AccessRules } from './access-rules.ts';

const NAMES: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Against DNS rebinding: a web page of somebody else can make its own name mean 127.0.0.1 and then read what a server here
 * answers, but it cannot make the browser send another name than its own.
 */
export function checkHost({ publicUrl }: AccessRules): RequestHandler {
  return (request, response, next) => {
    const host = (request.get('host') ?? '').toLowerCase();
    if (NAMES.has(host.replace(/:\d+$/, '')) || host === publicUrl?.host) {
      next();
      return;
    }
    response
      .status(421)
      .type('text/plain')
      .send(
        'This dashboard answers to 127.0.0.1, localhost and [::1] only, because it listens on this machine alone. ' +
          'Where something passes on requests from elsewhere, set WINDROW_DASHBOARD_URL.\n',
      );
  };
}
