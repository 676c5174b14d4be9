import type { ZodOpenApiPathsObject, ZodOpenApiResponseObject } from 'zod-openapi';

import { ProblemShape } from './shapes/problem.ts';
import { LoggedIn, Login, Session } from './shapes/session.ts';

/** What stands before the endpoints: here nobody has to be anybody yet. */
export const SESSION_PATHS: ZodOpenApiPathsObject = {
  '/session': {
    get: {
      summary: 'Who asks, as what, and how that is known',
      description: 'Everybody; who is not logged in is told so with 401.',
      responses: { '200': answer('Who asks', Session), default: problem() },
    },
    post: {
      summary: 'Logs in: gives a cookie to browsers',
      description: 'Everybody; of one name and of one address so often only.',
      requestBody: { required: true, content: { 'application/json': { schema: Login } } },
      responses: { '201': answer('Logged in', LoggedIn), default: problem() },
    },
    delete: {
      summary: 'Logs out: the session ends on the server too',
      description: 'Everybody.',
      responses: { '204': { description: 'Logged out' }, default: problem() },
    },
  },
};

function answer(description: string, schema: typeof Session | typeof LoggedIn): ZodOpenApiResponseObject {
  return { description, content: { 'application/json': { schema } } };
}

function problem(): ZodOpenApiResponseObject {
  return { description: 'Why not', content: { 'application/problem+json': { schema: ProblemShape } } };
}
