import { type ZodOpenApiOperationObject, type ZodOpenApiPathsObject, createDocument } from 'zod-openapi';

import type { Role } from '#framework/operate';

import type { Endpoint } from './endpoint.ts';
import { SESSION_PATHS } from './session-document.ts';
import { LOG_FILE, LOG_FILE_PATH } from './task-log-file.ts';
import { Change } from './shapes/change.ts';
import { ProblemShape } from './shapes/problem.ts';

export const API_PATH = '/api/v1';
export const EVENTS_PATH = '/events';

const WHO: Readonly<Record<Role, string>> = {
  viewer: 'Everybody who may look.',
  operator: 'Operators and admins.',
  admin: 'Admins only.',
};

/** The OpenAPI 3.1 document of these endpoints, made from the schemas that their requests and answers pass. */
export function openApi(endpoints: readonly Endpoint[]): object {
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Windrow',
      version: '1',
      description:
        'What the dashboard uses. Lists take `limit` and `cursor` and answer `{ items, next }`; moments are ISO 8601 in UTC; ' +
        'what is not done is told as application/problem+json with a stable `code`.',
    },
    servers: [{ url: API_PATH }],
    paths: {
      ...SESSION_PATHS,
      ...pathsOf(endpoints),
      [EVENTS_PATH]: { get: EVENTS },
      [inBraces(LOG_FILE_PATH)]: { get: LOG_FILE },
    },
  });
}

const EVENTS: ZodOpenApiOperationObject = {
  summary: 'What changes, as server-sent events: each message is the JSON of one change; ask again for what it names',
  description: WHO.viewer,
  'x-role': 'viewer',
  responses: {
    '200': { description: 'For as long as it is listened to', content: { 'text/event-stream': { schema: Change } } },
  },
};

function pathsOf(endpoints: readonly Endpoint[]): ZodOpenApiPathsObject {
  const byPath = Map.groupBy(endpoints, ({ path }) => inBraces(path));
  return Object.fromEntries(
    [...byPath].map(([path, of]) => [
      path,
      Object.fromEntries(of.map((endpoint) => [endpoint.method, operationOf(endpoint)])),
    ]),
  );
}

/** Express's `/runs/:id` as OpenAPI writes it. */
function inBraces(path: string): string {
  return path.replaceAll(/:(\w+)/g, '{$1}');
}

function operationOf(endpoint: Endpoint): ZodOpenApiOperationObject {
  const { summary, role, params, answer } = endpoint;
  return {
    summary,
    description: WHO[role],
    'x-role': role,
    requestParams: { path: params, ...(endpoint.method === 'get' ? { query: endpoint.query } : {}) },
    ...(endpoint.method === 'post'
      ? { requestBody: { required: true, content: { 'application/json': { schema: endpoint.body } } } }
      : {}),
    responses: {
      '200': { description: 'Done', content: { 'application/json': { schema: answer } } },
      default: { description: 'Why not', content: { 'application/problem+json': { schema: ProblemShape } } },
    },
  };
}
