import type { z } from 'zod';

import type { ProblemJson } from './shapes/problem.ts';

/** Why a request is not answered, by the code for programs. */
const PROBLEMS = {
  E_NOT_LOGGED_IN: { status: 401, title: 'Nobody is logged in' },
  E_LOGIN_WRONG: { status: 401, title: 'Name or password is wrong' },
  E_FORBIDDEN: { status: 403, title: 'The role does not allow it' },
  E_TOO_MANY_TRIES: { status: 429, title: 'There were too many tries' },
  E_NOT_FOUND: { status: 404, title: 'There is no such thing' },
  E_REFUSED: { status: 409, title: 'It cannot be done now' },
  E_REQUEST_UNREADABLE: { status: 400, title: 'The request cannot be read' },
  E_REQUEST_UNUSABLE: { status: 422, title: 'The request says something that cannot be used' },
  E_REQUEST_TOO_LARGE: { status: 413, title: 'The request is too large' },
  E_MEDIA_TYPE: { status: 415, title: 'The body must be JSON' },
  E_FOREIGN_SITE: { status: 403, title: 'Another site asks' },
  E_UNAVAILABLE: { status: 503, title: 'Something that is needed does not answer' },
  E_UNEXPECTED: { status: 500, title: 'The dashboard failed' },
} as const;
export type ProblemCode = keyof typeof PROBLEMS;

/** An ordinary no to a request of the API, which its answer says as it is. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly problems: ProblemJson['problems'];

  constructor(code: ProblemCode, detail: string, problems?: ProblemJson['problems']) {
    super(detail);
    this.name = 'Problem';
    this.code = code;
    this.problems = problems;
  }
}

export function problemJson({ code, message: detail, problems }: Problem): ProblemJson {
  const { status, title } = PROBLEMS[code];
  const type = `urn:windrow:problem:${code}`;
  return { type, title, status, detail, code, ...(problems === undefined ? {} : { problems }) };
}

/** A part of a request that its schema does not read. */
export function unusable(part: 'query' | 'body', error: z.ZodError): Problem {
  const problems = error.issues.map(({ path, message }) => ({ path: [part, ...path].join('.'), message }));
  return new Problem(
    'E_REQUEST_UNUSABLE',
    problems.map(({ path, message }) => `${path}: ${message}`).join('; '),
    problems,
  );
}

export function notFound(what: string, id: string | number): Problem {
  return new Problem('E_NOT_FOUND', `There is no ${what} ${id}.`);
}
