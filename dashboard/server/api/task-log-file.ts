import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import type { RequestHandler } from 'express';
import { z } from 'zod';
import type { ZodOpenApiOperationObject } from 'zod-openapi';

import { onlyGiven } from '#framework';
import { type TaskLogFilter, type Windrow, findRun, readTaskLog } from '#framework/operate';

import { logText } from './log-text.ts';
import { notFound, unusable } from './problem.ts';
import { IdParams, Name } from './shapes/names.ts';
import { ProblemShape } from './shapes/problem.ts';

export const LOG_FILE_PATH = '/runs/:id/tasks/:task/log.txt';

const Params = IdParams.extend({ task: Name });
const Query = z.strictObject({
  attempt: z.coerce.number().int().min(0).max(1_000_000).optional(),
  /** One instance of a mapped task. */
  instance: z.coerce.number().int().min(-1).max(1_000_000).optional(),
});

/** The operation in the OpenAPI document. */
export const LOG_FILE: ZodOpenApiOperationObject = {
  summary: 'Every line that a task logged, oldest first, as a file of text',
  description: 'Everybody who may look.',
  'x-role': 'viewer',
  requestParams: { path: Params, query: Query },
  responses: {
    '200': { description: 'One line per line of the log', content: { 'text/plain': { schema: z.string() } } },
    default: { description: 'Why not', content: { 'application/problem+json': { schema: ProblemShape } } },
  },
};

/** Sends the log as it is read, as fast as it is taken; in memory is one page of it. */
export function taskLogFile({ store }: Windrow): RequestHandler {
  return async (request, response) => {
    const params = Params.safeParse(request.params);
    const query = Query.safeParse(request.query);
    if (!params.success) throw notFound('log', request.path);
    if (!query.success) throw unusable('query', query.error);
    const { id: runId, task: taskId } = params.data;
    if ((await findRun(store.database, runId)) === undefined) throw notFound('run', runId);
    const { attempt, instance } = query.data;
    const filter = {
      runId,
      taskId,
      ...onlyGiven({ attempt, mapIndex: instance }),
    };
    response.type('text/plain').attachment(fileName(filter));
    await pipeline(Readable.from(logTexts(store.database, filter)), response).catch((error: unknown) => {
      // Who asked has gone, and needs no answer.
      if (!response.destroyed) throw error;
    });
  };
}

const PAGE = 2000;

type LogOf = Omit<TaskLogFilter, 'after' | 'before' | 'limit'>;

async function* logTexts(database: Windrow['store']['database'], of: LogOf): AsyncGenerator<string> {
  for (let after = 0; ;) {
    const lines = await readTaskLog(database, { ...of, after, limit: PAGE });
    const last = lines.at(-1);
    if (last === undefined) return;
    yield lines.map(logText).join('');
    if (lines.length < PAGE) return;
    after = last.id;
  }
}

function fileName({ runId, taskId, mapIndex, attempt }: LogOf): string {
  const instance = mapIndex === undefined ? '' : `-${mapIndex}`;
  return `run-${runId}-${taskId}${instance}${attempt === undefined ? '' : `-try-${attempt}`}.log`;
}
