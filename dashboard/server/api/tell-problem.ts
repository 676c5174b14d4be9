import type { ErrorRequestHandler, Request, Response } from 'express';

import { DataFailure, DefinitionFailure, Failure, type Log, RemoteFailure } from '#framework';

import { Problem, problemJson } from './problem.ts';

/** Where a failed request becomes an answer; what is no ordinary no goes to the log too. */
export function tellProblem(log: Log): ErrorRequestHandler {
  // Express tells a handler of errors by its four parameters.
  // oxlint-disable-next-line max-params
  return (error: unknown, request: Request, response: Response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const problem = problemJson(problemOf(error));
    if (problem.status >= 500) log.error('The API failed', { path: request.path, error: String(error) });
    response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
  };
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof RemoteFailure) return new Problem('E_UNAVAILABLE', error.message);
  // What somebody asked for cannot be, as code or data say.
  if (error instanceof DataFailure || error instanceof DefinitionFailure)
    return new Problem('E_REFUSED', error.message);
  if (error instanceof Failure) return new Problem('E_UNEXPECTED', `${error.code}: ${error.message}`);
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  if (status === 413) return new Problem('E_REQUEST_TOO_LARGE', 'A body may have at most 100 kB.');
  if (typeof status === 'number' && status < 500)
    return new Problem('E_REQUEST_UNREADABLE', 'The address or the body of the request cannot be read.');
  return new Problem('E_UNEXPECTED', 'The answer could not be made. The log of the dashboard says why; try again.');
}
