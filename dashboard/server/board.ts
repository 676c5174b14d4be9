import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import { type Express, type RequestHandler, Router } from 'express';
import { z } from 'zod';

import { Bug } from '#framework';
import type { Windrow } from '#framework/operate';

import { Refusal } from './refusal.ts';

// In UTC, as on every page of ours.
const CLOCK = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', timeZone: 'UTC' } as const;
const DAY_AND_CLOCK = { ...CLOCK, year: 'numeric', month: '2-digit', day: '2-digit' } as const;

type BoardQueue = ConstructorParameters<typeof BullMQAdapter>[0];

/**
 * Bull Board over the queue of every pool and the wake-ups, to look at. A job retried there would bypass the engine, which
 * owns every try, so nothing can be changed; each job leads to the page where a re-run is right.
 */
export function buildBoard(windrow: Windrow): Router {
  const serverAdapter = new ExpressAdapter();
  serverAdapter.setBasePath('/queues');
  createBullBoard({
    queues: shownQueues(windrow),
    serverAdapter,
    options: {
      uiConfig: {
        boardTitle: 'Windrow queues',
        boardLogo: { path: '/login/windrow.svg', width: 28, height: 28 },
        favIcon: { default: '/login/windrow.svg', alternative: '/login/windrow.svg' },
        miscLinks: [{ text: 'Back to Windrow', url: '/' }],
        hideDocsLink: true,
        jobDetails: { defaultTab: 'Logs' },
        sortQueues: true,
        dateFormats: { short: CLOCK, common: DAY_AND_CLOCK, full: DAY_AND_CLOCK },
      },
    },
  });
  const router = Router();
  const board: Express = serverAdapter.getRouter();
  router.use(onlyLooking, board.disable('x-powered-by'));
  return router;
}

// Bull Board has its own read-only mode; this holds for routes of versions to come as well.
const onlyLooking: RequestHandler = (request, _response, next) => {
  if (request.method === 'GET' || request.method === 'HEAD') {
    next();
    return;
  }
  throw new Refusal(405, 'Queues are to look at: the engine owns every try. Re-run a window on its record page.');
};

function shownQueues({ dispatcher, dags }: Windrow): BullMQAdapter[] {
  const pools = [...dags.values()].flatMap(({ graph }) => graph.tasks.map(({ pool }) => pool));
  const tasks = [...new Set(pools)].map(
    (pool) =>
      new BullMQAdapter(asQueue(dispatcher.poolQueue(pool).inner), {
        readOnlyMode: true,
        displayName: pool,
        description: `Tasks of the pool "${pool}": pipeline · window · task · attempt`,
        externalJobUrl: ({ data }) => ({ displayText: 'Open in Windrow', href: recordLink(data) }),
      }),
  );
  const wakeUps = new BullMQAdapter(asQueue(dispatcher.wakeUpQueue().inner), {
    readOnlyMode: true,
    displayName: 'wake-ups',
    description: 'Calls to look for due windows. Which windows are due is decided by PostgreSQL alone.',
  });
  return [...tasks, wakeUps];
}

const Payload = z.object({ runId: z.number().int() });

/** A job knows its run; that page leads on to the record. */
function recordLink(data: unknown): string {
  const payload = Payload.safeParse(data);
  return payload.success ? `/runs/${payload.data.runId}/record` : '/';
}

function asQueue(inner: unknown): BoardQueue {
  if (isQueue(inner)) return inner;
  throw new Bug('E_BOARD_QUEUE', 'The dispatcher gave Bull Board something that is no BullMQ queue.');
}

function isQueue(inner: unknown): inner is BoardQueue {
  return typeof inner === 'object' && inner !== null && 'getJobs' in inner && 'getJobLogs' in inner;
}
