import type { ErrorRequestHandler, RequestHandler } from 'express';

import type { Log } from '#framework';

import { page } from '../html/page.ts';
import { refusedPage, titleOf } from '../pages/refused.ts';
import { Refusal } from '../refusal.ts';

export const refuseUnknown: RequestHandler = (request) => {
  throw new Refusal(404, `There is no page ${request.path}.`);
};

/** The one place where a request's failure becomes an answer; what is not an ordinary no goes to the log, not to the page. */
export function showFailure(log: Log): ErrorRequestHandler {
  // Express tells a handler of errors by its four parameters.
  // oxlint-disable-next-line max-params
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const { status, message } = error instanceof Refusal ? error : (clientMistake(error) ?? failed(error));
    if (status >= 500) log.error('A page of the dashboard failed', { path: request.path, error: String(error) });
    response.status(status).send(page({ title: titleOf(status), body: refusedPage(status, message) }));
  };
}

/** What Express refuses by itself, such as a malformed address or a body that is too large. */
function clientMistake(error: unknown): Refusal | undefined {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return undefined;
  return error.status < 500 ? new Refusal(error.status, 'This request cannot be read.') : undefined;
}

function failed(error: unknown): Refusal {
  const kind = error instanceof Error ? error.name : 'Error';
  return new Refusal(
    500,
    `The page could not be made (${kind}). The log of the dashboard says why; reload the page to try again.`,
  );
}
