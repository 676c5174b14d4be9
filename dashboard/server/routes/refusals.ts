import type { ErrorRequestHandler, Request, RequestHandler } from 'express';

import type { Log } from '#framework';

import { Problem } from '../api/problem.ts';
import { tellProblem } from '../api/tell-problem.ts';
import { Refusal } from '../refusal.ts';
import { refusedPage } from './refused-page.ts';

export const refuseUnknown: RequestHandler = (request) => {
  if (isOfApi(request))
    throw new Problem('E_NOT_FOUND', `There is no API at ${request.path}. See /api/v1/openapi.json.`);
  throw new Refusal(404, `There is no page ${request.path}.`);
};

/** The one place where a request's failure becomes an answer; what is not an ordinary no goes to the log, not to the page. */
export function showFailure(log: Log): ErrorRequestHandler {
  const tell = tellProblem(log);
  // Express tells a handler of errors by its four parameters.
  // oxlint-disable-next-line max-params
  return (error: unknown, request, response, next) => {
    if (isOfApi(request)) {
      tell(error, request, response, next);
      return;
    }
    if (response.headersSent) {
      next(error);
      return;
    }
    const { status, message } = error instanceof Refusal ? error : (clientMistake(error) ?? failed(error));
    if (status >= 500) log.error('A page of the dashboard failed', { path: request.path, error: String(error) });
    response.status(status).send(refusedPage(status, message));
  };
}

function isOfApi({ originalUrl }: Request): boolean {
  return originalUrl.startsWith('/api/');
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
