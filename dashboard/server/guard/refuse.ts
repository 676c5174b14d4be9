import type { Response } from 'express';

import { Problem, type ProblemCode, problemJson } from '../api/problem.ts';

/** Lets a request in no further, and says why: to the API's callers as its other problems, to others as text. */
export function refuse(response: Response, code: ProblemCode, detail: string): void {
  const problem = problemJson(new Problem(code, detail));
  response.set('Cache-Control', 'no-store').status(problem.status);
  if (response.req.originalUrl.startsWith('/api/'))
    response.type('application/problem+json').send(JSON.stringify(problem));
  else response.type('text/plain').send(`${detail}\n`);
}
